/** Which of the two tables a key is in, and how a range of keys falls into ranges of either. */
import assert from 'node:assert/strict'
import { compareBytes } from '../base/bytes.ts'
import { keyspace } from './keyspace.ts'
import type { Key } from './metadata-store.ts'

/** A piece of a range: of `records` by key, or of `bodies` by number. The start belongs to it, the end does not. */
export type Segment =
  | { readonly table: 'records'; readonly start: Key; readonly end: Key }
  | { readonly table: 'bodies'; readonly start: number; readonly end: number }

const bodiesStart = Uint8Array.of(keyspace.body)
const bodiesEnd = Uint8Array.of(keyspace.body + 1)
const numberEnd = 2 ** 53

export const isBodyKey = (key: Key): boolean => key[0] === keyspace.body

/** The number in a body's key, or -1 if it is no valid one. */
export function bodyNumberOf(key: Key): number {
  if (key.length !== 9) return -1
  const number = unsigned32(key, 1) * 2 ** 32 + unsigned32(key, 5)
  return number < numberEnd ? number : -1
}

export function bodyKeyOf(number: number): Key {
  assert(number >= 0 && number < numberEnd)
  const key = new Uint8Array(9)
  key[0] = keyspace.body
  const view = new DataView(key.buffer)
  view.setUint32(1, Math.floor(number / 2 ** 32))
  view.setUint32(5, number % 2 ** 32)
  return key
}

/** The segments of start ≤ key < end, in ascending order. */
export function segmentsOf(start: Key, end: Key): readonly Segment[] {
  if (compareBytes(start, end) >= 0) return []
  const startsBelow = compareBytes(start, bodiesStart) < 0
  const endsAbove = compareBytes(end, bodiesEnd) > 0
  if (compareBytes(end, bodiesStart) <= 0 || compareBytes(start, bodiesEnd) >= 0) {
    return [{ table: 'records', start, end }]
  }
  const segments: Segment[] = [{ table: 'bodies', start: numberFrom(start), end: numberFrom(end) }]
  if (startsBelow) segments.unshift({ table: 'records', start, end: bodiesStart })
  if (endsAbove) segments.push({ table: 'records', start: bodiesEnd, end })
  return segments
}

/** The least number whose key is not below `key`; 2^53 if there is none. */
function numberFrom(key: Key): number {
  if (compareBytes(key, bodiesStart) <= 0) return 0
  if (compareBytes(key, bodiesEnd) >= 0) return numberEnd
  const padded = new Uint8Array(9)
  padded.set(key.subarray(0, 9))
  const number = unsigned32(padded, 1) * 2 ** 32 + unsigned32(padded, 5) + (key.length > 9 ? 1 : 0)
  return Math.min(number, numberEnd)
}

const unsigned32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
