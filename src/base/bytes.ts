/** Byte strings: order, ranges, text. S3 orders keys by their UTF-8 bytes; JavaScript's `<` orders by UTF-16, which differs above U+FFFF. */

export const compareBytes = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b)

/** The first byte string after all those that begin with `prefix`; undefined where there is none (all 0xFF). */
export function afterPrefix(prefix: Uint8Array): Buffer | undefined {
  let end = prefix.length
  while (end > 0 && prefix[end - 1] === 0xff) end--
  if (end === 0) return undefined
  const after = Buffer.from(prefix.subarray(0, end))
  after[end - 1]! += 1
  return after
}

/** Content that is there in one piece, or streams, as a stream. */
export const asStream = (content: Uint8Array | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
  content instanceof Uint8Array ? once(content) : content

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
