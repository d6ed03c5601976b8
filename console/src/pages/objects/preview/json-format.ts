/** JSON with a line for each member; every number and every string stays as it is written, which parsing and writing would not do. */

/** Undefined for what is no JSON. */
export function formatJson(text: string): string | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  const pieces = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  let depth = 0
  let formatted = ''
  for (const [index, piece] of pieces.entries()) {
    const next = pieces[index + 1]
    if (piece === '{' || piece === '[') {
      const isEmpty = next === '}' || next === ']'
      depth++
      formatted += isEmpty ? piece : piece + line(depth)
    } else if (piece === '}' || piece === ']') {
      const before = pieces[index - 1]
      depth--
      formatted += before === '{' || before === '[' ? piece : line(depth) + piece
    } else if (piece === ',') {
      formatted += piece + line(depth)
    } else {
      formatted += piece === ':' ? ': ' : piece
    }
  }
  return formatted
}

/** What is deeper than this is not moved in any further, so that a deep document does not become a large one. */
const depthMax = 100

const line = (depth: number): string => `\n${'  '.repeat(Math.min(depth, depthMax))}`
