/** JSON for people to read: what fits into a line stands in one. */

const widthMax = 120

export function printJson(value: unknown, indent = '', taken = 0): string {
  const line = inLine(value)
  if (typeof value !== 'object' || value === null || indent.length + taken + line.length <= widthMax) return line
  const inner = `${indent}  `
  if (Array.isArray(value))
    return block(
      '[',
      value.map((item) => printJson(item, inner)),
      ']',
    )
  const entries = Object.entries(value).map(([name, member]) => {
    const start = `${JSON.stringify(name)}: `
    return start + printJson(member, inner, start.length)
  })
  return block('{', entries, '}')

  function block(open: string, items: readonly string[], close: string): string {
    return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`
  }
}

function inLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(inLine).join(', ')}]`
  const entries = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${inLine(member)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}
