/** The JSON of a request's body, read strictly: UTF-8, not nested too deep, and nothing in it that programs read differently. */
import { ApiError } from '../base/errors.ts'

/** Deeper than any body of this API: a policy's condition is the deepest. */
const depthMax = 32

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Throws InvalidRequest for what is no JSON, and for members of one name, members named `__proto__`, and halves of surrogate pairs. */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string
  let value: unknown
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw new ApiError('InvalidRequest', 'The body is not JSON.', { cause })
  }
  // JSON.parse keeps the last of two members with one name: what others read in the first would vanish without a word.
  if (countMembers(value, 0) !== countColons(text)) throw new ApiError('InvalidRequest', 'The body has a member twice.')
  return value
}

/** Members of all objects within. Throws InvalidRequest. */
function countMembers(value: unknown, depth: number): number {
  if (typeof value === 'string') requireWellFormed(value)
  if (typeof value !== 'object' || value === null) return 0
  if (depth >= depthMax) throw new ApiError('InvalidRequest', 'The body is nested too deep.')
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) count += countMembers(item, depth + 1)
    return count
  }
  for (const [name, member] of Object.entries(value)) {
    // Assigned to an object, it would become its prototype.
    if (name === '__proto__') throw new ApiError('InvalidRequest', 'The body has a member named __proto__.')
    requireWellFormed(name)
    count += 1 + countMembers(member, depth + 1)
  }
  return count
}

/** What has half of a pair cannot be written in UTF-8. */
function requireWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new ApiError('InvalidRequest', 'The body has a text that is not Unicode.')
}

/** Colons outside strings: in valid JSON as many as there are members. */
function countColons(text: string): number {
  let count = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') inString = !inString
    else if (character === '\\') at++
    else if (character === ':' && !inString) count++
  }
  return count
}
