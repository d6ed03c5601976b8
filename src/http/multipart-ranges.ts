/** The body of a 206 with several ranges: multipart/byteranges (RFC 9110 14.6), of a length known before the first byte is read. */
import assert from 'node:assert/strict'
import type { ByteRange } from './range.ts'

export interface MultipartRangesOptions {
  /** As parseRanges gives them: each with a byte or more, and no two that touch. */
  readonly ranges: readonly ByteRange[]
  /** Bytes of the whole object. */
  readonly size: number
  /** Of the whole object; told in each part, unless undefined. A header's value: no line break is in it. */
  readonly contentType: string | undefined
  /** 1 to 70 letters and digits that who wrote the object could not know: random.bytes(16).toString('hex'). */
  readonly boundary: string
  /** The bytes of one range, whose chunks need be valid only until the next is asked for. Called when its part's turn comes. */
  read(range: ByteRange): AsyncIterable<Uint8Array>
}

export interface MultipartRanges {
  /** `multipart/byteranges; boundary=…`. */
  readonly contentType: string
  /** Bytes of the whole body, boundaries and all. */
  readonly contentLength: number
  /** To be iterated once. Throws what `read` throws, and where a range's bytes are more or fewer than its length. */
  readonly body: AsyncIterable<Uint8Array>
}

/** The answer's body and the two headers that go with it; Content-Range stands in the parts, and must not in the answer. */
export function multipartRanges(options: MultipartRangesOptions): MultipartRanges {
  const { ranges, size, contentType, boundary, read } = options
  assert.match(boundary, /^[A-Za-z0-9]{1,70}$/)
  assert(contentType === undefined || !/[\r\n]/.test(contentType), 'a content type is one line')
  const type = contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`
  const heads = ranges.map(({ start, end }, index) => {
    const delimiter = `${index === 0 ? '' : '\r\n'}--${boundary}\r\n`
    return Buffer.from(`${delimiter}${type}Content-Range: bytes ${start}-${end - 1}/${size}\r\n\r\n`, 'latin1')
  })
  const close = Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1')
  let contentLength = close.length
  for (const [index, { start, end }] of ranges.entries()) contentLength += heads[index]!.length + end - start
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    contentLength,
    body: partsOf(ranges, heads, close, read),
  }
}

async function* partsOf(
  ranges: readonly ByteRange[],
  heads: readonly Uint8Array[],
  close: Uint8Array,
  read: MultipartRangesOptions['read'],
): AsyncGenerator<Uint8Array> {
  for (const [index, range] of ranges.entries()) {
    yield heads[index]!
    let left = range.end - range.start
    for await (const chunk of read(range)) {
      left -= chunk.length
      assert(left >= 0, 'a range has more bytes than its length')
      yield chunk
    }
    assert(left === 0, 'a range has fewer bytes than its length')
  }
  yield close
}
