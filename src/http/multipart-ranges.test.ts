/** Bodies of several ranges: of the very length told, in the order asked for, and given back when left. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { multipartRanges } from './multipart-ranges.ts'
import type { ByteRange } from './range.ts'

const content = Buffer.from('0123456789abcdefghij')
const size = content.length
const boundary = 'b0undary'

async function* read({ start, end }: ByteRange, step = 3): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(step)
  for (let at = start; at < end; at += step) {
    const length = content.copy(buffer, 0, at, Math.min(at + step, end))
    yield buffer.subarray(0, length)
  }
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of body) text += Buffer.from(chunk).toString('latin1')
  return text
}

const two: readonly ByteRange[] = [
  { start: 0, end: 2 },
  { start: 15, end: 20 },
]

test('each part tells its type and range, and the last boundary closes', async () => {
  const answer = multipartRanges({ ranges: two, size, contentType: 'text/plain', boundary, read })
  const text = await collect(answer.body)
  assert.equal(
    text,
    '--b0undary\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/20\r\n\r\n01\r\n' +
      '--b0undary\r\nContent-Type: text/plain\r\nContent-Range: bytes 15-19/20\r\n\r\nfghij\r\n--b0undary--\r\n',
  )
  assert.equal(answer.contentType, 'multipart/byteranges; boundary=b0undary')
  assert.equal(answer.contentLength, text.length)
})

test('an object without a type has none in its parts', async () => {
  const answer = multipartRanges({ ranges: two, size, contentType: undefined, boundary, read })
  assert.doesNotMatch(await collect(answer.body), /Content-Type/)
})

test('the length told is that of the body, whatever the ranges', async () => {
  const range = fc
    .tuple(fc.nat({ max: size - 1 }), fc.nat({ max: size - 1 }))
    .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) + 1 }))
  await fc.assert(
    fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 16 }), async (ranges) => {
      const answer = multipartRanges({ ranges, size, contentType: 'video/mp4', boundary, read })
      assert.equal((await collect(answer.body)).length, answer.contentLength)
    }),
  )
})

test('a range of too few or too many bytes is an error, never a body of another shape', async () => {
  for (const by of [-1, 1]) {
    const short = multipartRanges({
      ...{ ranges: two, size, contentType: undefined, boundary },
      read: ({ start, end }) => read({ start, end: end + by }),
    })
    await assert.rejects(collect(short.body), { code: 'ERR_ASSERTION' })
  }
})

test('a body that is left gives back the range it was reading, and reads no other', async () => {
  const log: string[] = []
  async function* noted(range: ByteRange): AsyncGenerator<Uint8Array> {
    log.push(`open ${range.start}`)
    try {
      yield* read(range)
    } finally {
      log.push(`close ${range.start}`)
    }
  }
  const { body } = multipartRanges({ ranges: two, size, contentType: undefined, boundary, read: noted })
  let chunks = 0
  for await (const _ of body) if (++chunks === 2) break
  assert.deepEqual(log, ['open 0', 'close 0'])
})

test('a content type of two lines is refused', () => {
  assert.throws(() => multipartRanges({ ranges: two, size, contentType: 'a/b\r\nX: y', boundary, read }))
})
