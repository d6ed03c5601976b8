/** The JSON of a policy, read strictly: bounded in size and depth, an object, and no member twice in one object. */
import { strictFaultOf } from '../../base/strict-json.ts'
import { malformed } from './malformed.ts'

/** Bytes. AWS's limit of a bucket policy. */
export const policySizeMax = 20_480

/** Statement, Condition, operator, key and list: no policy is nested deeper. */
const depthMax = 9

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
  // Of two members with one name JSON.parse keeps the last: a condition would vanish without a word.
  const fault = strictFaultOf(text, document, depthMax)
  // Of a member `__proto__` those say more who know every member that there may be.
  if (fault !== undefined && fault !== 'prototype') throw malformed()
  return document
}

export const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
