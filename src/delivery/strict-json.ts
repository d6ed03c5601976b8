/**
 * JSON objects as tokens hold them: UTF-8 without a byte order mark, no name twice in one object (RFC 7519 4), and none named `__proto__`,
 * so that all who read a token read the same in it.
 */

export type JsonObject = Readonly<Record<string, unknown>>

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The object; undefined for what is no JSON, or another value, or not strict. The caller sees to it that the text is short. */
export function parseStrictJson(bytes: Uint8Array): JsonObject | undefined {
  let text: string
  let value: unknown
  try {
    text = decoder.decode(bytes)
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return namesAreStrict(text) ? (value as JsonObject) : undefined
}

/** `text` is valid JSON, so that a string which a colon follows is a name. */
function namesAreStrict(text: string): boolean {
  const open: Set<string>[] = []
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (letter === '{' || letter === '[') open.push(new Set())
    else if (letter === '}' || letter === ']') open.pop()
    if (letter !== '"') continue
    const start = at
    at = endOfString(text, start)
    if (!isColonNext(text, at + 1)) continue
    const name = JSON.parse(text.slice(start, at + 1)) as string
    const names = open.at(-1)!
    if (name === '__proto__' || names.has(name)) return false
    names.add(name)
  }
  return true
}

/** Where the quotation mark is that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

function isColonNext(text: string, from: number): boolean {
  let at = from
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at++
  return text[at] === ':'
}
