/** Request ids: 16 characters 0-9A-F, never the same twice in a process, and unlikely so in two. */
import type { Random } from '../base/random.ts'

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'))

/**
 * A Weyl sequence of 64 bits: from a random start, each step adds the same odd number, so all 2^64 values come before one comes again.
 * Cheap, and looks random; it is no secret.
 */
export function createRequestIds(random: Random): () => string {
  const seed = random.bytes(8)
  let high = seed.readUInt32LE(0)
  let low = seed.readUInt32LE(4)
  return () => {
    low += 0x7f4a7c15
    high += 0x9e3779b9
    if (low > 0xffffffff) {
      low -= 0x100000000
      high += 1
    }
    if (high > 0xffffffff) high -= 0x100000000
    return text(high) + text(low)
  }
}

const text = (word: number): string =>
  hex[word >>> 24]! + hex[(word >>> 16) & 0xff]! + hex[(word >>> 8) & 0xff]! + hex[word & 0xff]!
