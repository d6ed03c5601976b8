import assert from 'node:assert/strict'
import { createDecipheriv, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decryptBytes,
  decryptStream,
  encryptBytes,
  encryptStream,
  sealedRange,
  sealedSize,
  segmentContentSize,
  segmentSize,
} from './segments.ts'

const key = Buffer.alloc(32, 7)
const name = 'it'

/** Chunks as a blob store gives them: each is overwritten when the next is asked for. */
async function* chunked(bytes: Uint8Array, chunkSize: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(chunkSize)
  for (let start = 0; start < bytes.length; start += chunkSize) {
    const part = bytes.subarray(start, start + chunkSize)
    buffer.set(part)
    yield buffer.subarray(0, part.length)
    buffer.fill(0xdb)
  }
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const kept: Uint8Array[] = []
  for await (const chunk of chunks) kept.push(Buffer.from(chunk))
  return Buffer.concat(kept)
}

const read = (stored: Uint8Array, size: number, range: { start: number; end: number }, chunkSize = segmentSize) => {
  const { start, end } = sealedRange(size, range)
  return decryptStream(key, chunked(stored.subarray(start, end), chunkSize), { size, range, name })
}

/** Content of that size that repeats nowhere. */
function contentOf(size: number): Buffer {
  const content = Buffer.alloc(size)
  for (let offset = 0; offset + 4 <= size; offset += 4)
    content.writeUInt32LE(Math.imul(offset, 2_654_435_761) >>> 0, offset)
  return content
}

/** About the ends of segments, where faults would be; and any. */
const sizes = fc.oneof(
  fc.nat(40),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -17, max: 17 }))
    .map(([segments, more]) => segments * segmentContentSize + more),
  fc.nat(3 * segmentSize),
)
/** Small chunks of large content would take long. */
const chunkSizes = fc.oneof(
  fc.integer({ min: 3000, max: 300_000 }),
  fc.constantFrom(65_536, segmentContentSize, segmentSize),
)
const fraction = fc.double({ min: 0, max: 1, noNaN: true })

test('any body in any chunks is stored in its sealed size, and any range of it is read back from what the range touches', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, chunkSizes, chunkSizes, fraction, fraction, async (size, into, outOf, one, other) => {
      const content = contentOf(size)
      const stored = await all(encryptStream(key, chunked(content, into)))
      assert.equal(stored.length, sealedSize(size))
      if (size === 0) return
      const [start, last] = [Math.floor(one * (size - 1)), Math.floor(other * (size - 1))].toSorted((a, b) => a - b)
      const range = { start: start!, end: last! + 1 }
      assert.ok((await all(read(stored, size, range, outOf))).equals(content.subarray(range.start, range.end)))
      assert.ok((await all(read(stored, size, { start: 0, end: size }, outOf))).equals(content))
    }),
    { numRuns: 60 },
  )
})

test('content of a few bytes goes through in chunks of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 100 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      async (content, into, outOf) => {
        const stored = await all(encryptStream(key, chunked(content, into)))
        if (content.length === 0) return assert.equal(stored.length, 0)
        const range = { start: 0, end: content.length }
        assert.deepEqual(await all(read(stored, content.length, range, outOf)), Buffer.from(content))
      },
    ),
  )
})

test('in one piece it is the same', () => {
  fc.assert(
    fc.property(sizes, (size) => {
      const content = contentOf(size)
      const stored = encryptBytes(key, content)
      assert.equal(stored.length, sealedSize(size))
      assert.ok(Buffer.from(decryptBytes(key, stored, { size, name })).equals(content))
    }),
    { numRuns: 30 },
  )
})

test('the two ways of encrypting store the same', async () => {
  for (const size of [0, 1, 1000, segmentContentSize, 2 * segmentContentSize + 5]) {
    const content = contentOf(size)
    assert.ok((await all(encryptStream(key, chunked(content, 65_536)))).equals(encryptBytes(key, content)), `${size}`)
  }
})

test('any flipped bit is found, and nothing of its segment is given out', async () => {
  const size = 2 * segmentContentSize + 100
  const content = contentOf(size)
  const stored = Buffer.from(encryptBytes(key, content))
  await fc.assert(
    fc.asyncProperty(fc.nat(stored.length - 1), fc.nat(7), chunkSizes, async (at, bit, chunkSize) => {
      const changed = Buffer.from(stored)
      changed[at]! ^= 1 << bit
      let given = 0
      await assert.rejects(
        async () => {
          for await (const chunk of read(changed, size, { start: 0, end: size }, chunkSize)) {
            assert.ok(content.subarray(given, given + chunk.length).equals(chunk))
            given += chunk.length
          }
        },
        { name: 'ContentDamaged', message: `Segment ${Math.floor(at / segmentSize)} of it is not what was written` },
      )
      assert.equal(given, Math.floor(at / segmentSize) * segmentContentSize)
      assert.throws(() => decryptBytes(key, changed, { size, name }), { name: 'ContentDamaged' })
    }),
    { numRuns: 40 },
  )
})

test('a segment that is damaged is no matter to ranges that do not touch it', async () => {
  const size = 3 * segmentContentSize
  const content = contentOf(size)
  const stored = Buffer.from(encryptBytes(key, content))
  stored[segmentSize + 5]! ^= 1
  const ranges = [
    { start: 0, end: segmentContentSize },
    { start: 2 * segmentContentSize, end: size },
  ]
  for (const range of ranges) {
    assert.ok((await all(read(stored, size, range))).equals(content.subarray(range.start, range.end)))
  }
  const touching = { start: segmentContentSize - 1, end: segmentContentSize + 1 }
  await assert.rejects(all(read(stored, size, touching)), { name: 'ContentDamaged' })
})

const size = 3 * segmentContentSize
const good = Buffer.from(encryptBytes(key, contentOf(size)))
const [first, second, third] = [0, 1, 2].map((segment) =>
  good.subarray(segment * segmentSize, (segment + 1) * segmentSize),
)
const otherPiece = Buffer.from(encryptBytes(randomBytes(32), contentOf(size)))
const forgeries: readonly (readonly [what: string, stored: Buffer])[] = [
  ['segments in another order', Buffer.concat([second!, first!, third!])],
  ['a segment twice', Buffer.concat([first!, second!, second!])],
  ['a segment of another piece', Buffer.concat([first!, otherPiece.subarray(segmentSize, 2 * segmentSize), third!])],
  ['the last segment cut off', Buffer.concat([first!, second!])],
  ['the first segment cut off', Buffer.concat([second!, third!])],
  ['the last byte cut off', good.subarray(0, -1)],
  ['a byte more', Buffer.concat([good, Buffer.of(0)])],
  ['nothing', Buffer.alloc(0)],
]
for (const [what, stored] of forgeries) {
  test(`what was written is not: ${what}`, async () => {
    const range = { start: 0, end: size }
    for (const chunkSize of [10_000, segmentSize]) {
      const reading = decryptStream(key, chunked(stored, chunkSize), { size, range, name })
      await assert.rejects(all(reading), { name: 'ContentDamaged' })
    }
    assert.throws(() => decryptBytes(key, stored, { size, name }), { name: 'ContentDamaged' })
  })
}

test('a segment is AES-256-GCM with its number as the nonce', () => {
  const at = 2 * segmentSize
  const nonce = Buffer.from('000000000000000000000002', 'hex')
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(good.subarray(at + segmentContentSize))
  const content = Buffer.concat([decipher.update(good.subarray(at, at + segmentContentSize)), decipher.final()])
  assert.ok(content.equals(contentOf(size).subarray(2 * segmentContentSize)))
})

test('a range reads the segments it touches, whole, and no others', () => {
  const cases: readonly (readonly [size: number, start: number, end: number, from: number, to: number])[] = [
    [1, 0, 1, 0, 17],
    [size, 0, 1, 0, segmentSize],
    [size, segmentContentSize - 1, segmentContentSize, 0, segmentSize],
    [size, segmentContentSize - 1, segmentContentSize + 1, 0, 2 * segmentSize],
    [size, segmentContentSize, segmentContentSize + 1, segmentSize, 2 * segmentSize],
    [size + 1, size, size + 1, 3 * segmentSize, 3 * segmentSize + 17],
  ]
  for (const [of, start, end, from, to] of cases) {
    assert.deepEqual(sealedRange(of, { start, end }), { start: from, end: to })
  }
  assert.throws(() => sealedRange(10, { start: 5, end: 11 }))
})

test('who stops reading early closes what is read from', async () => {
  let closed = false
  async function* source() {
    try {
      yield good
    } finally {
      closed = true
    }
  }
  for await (const _ of decryptStream(key, source(), { size, range: { start: 0, end: size }, name })) break
  assert.ok(closed)
})
