/** The value of a counter: a 64-bit big-endian two's complement integer, within ±2^53. */
import type { Value } from './metadata-store.ts'

export const encodeCounter = (count: number): Value => {
  const value = Buffer.allocUnsafe(8)
  value.writeBigInt64BE(BigInt(count))
  return value
}

export const decodeCounter = (value: Value | undefined): number =>
  value === undefined ? 0 : Number(Buffer.from(value.buffer, value.byteOffset, 8).readBigInt64BE())
