/** The JSON of a policy, read strictly: bounded in size and depth, an object, and no member twice in one object. */
import { malformed } from './malformed.ts'

/** Bytes. AWS's limit of a bucket policy. */
export const policySizeMax = 20_480

/** Statement, Condition, operator, key and list: no policy is nested deeper. */
const depthMax = 8

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Throws MalformedPolicy. */
export function readDocument(text: string): Readonly<Record<string, Json>> {
  if (text.length > policySizeMax || Buffer.byteLength(text) > policySizeMax) {
    throw malformed(`Normalized policy document exceeds the maximum allowed size of ${policySizeMax} bytes.`)
  }
  const notJson = "Policies must be valid JSON and the first byte must be '{'"
  if (text[0] !== '{') throw malformed(notJson)
  let document: Json
  try {
    document = JSON.parse(text) as Json
  } catch {
    throw malformed(notJson)
  }
  if (!isObject(document)) throw malformed(notJson)
  // JSON.parse keeps the last of two members with one name: a condition would vanish without a word.
  if (countMembers(document, 0) !== countColons(text)) throw malformed()
  return document
}

export const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Members of all objects within. Throws MalformedPolicy where it is nested too deep. */
function countMembers(value: Json, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > depthMax) throw malformed()
  const children: readonly Json[] = Object.values(value)
  let count = Array.isArray(value) ? 0 : children.length
  for (const child of children) count += countMembers(child, depth + 1)
  return count
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
