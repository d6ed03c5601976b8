/** Names and bodies for tests, such as are hard to get right. */
import { randomBytes } from 'node:crypto'

/** A bucket name that no other test has. */
export const bucketName = (purpose: string): string => `${purpose}-${randomBytes(6).toString('hex')}`

/** Keys that clients, routers and stores have got wrong; all of them legal. */
export const oddKeys: readonly string[] = [
  'plain.txt',
  'a//b',
  '//leading',
  'trailing/',
  'a/../b',
  '../up',
  './here',
  'a/./b',
  '..',
  '%2F',
  'a%2Fb%252F',
  '100%',
  'one+one=two',
  'with space',
  ' leading and trailing ',
  'semi;colon,comma&ampersand?question#hash',
  'quotes\'"`',
  '<xml>&amp;</xml>',
  'back\\slash',
  'tilde~star*paren()bang!',
  '[brackets]{braces}|^$@:',
  'tab\there',
  'é-combining-e\u0301',
  '自由.txt',
  'emoji-😀',
  'private-use-\u{e000}',
  'beyond-\u{fffd}',
  'beyond-\u{1f600}',
  '\u{10ffff}',
  'k'.repeat(1024),
  '字'.repeat(341) + 'x',
]

/** The order that S3 lists in: by the bytes of UTF-8. */
export const inByteOrder = (keys: readonly string[]): string[] =>
  [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

/** Bytes that differ everywhere and are the same in each run: `size` of them. */
export function patterned(size: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let state = (seed * 2654435761) >>> 0 || 1
  for (let i = 0; i < size; i++) {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state = (state ^ (state << 5)) >>> 0
    bytes[i] = state & 0xff
  }
  return bytes
}
