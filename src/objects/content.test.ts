/** Through the writer and back through the reader, over stores in memory. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { MasterKey } from '../access/sealing.ts'
import { crc32 } from '../base/crc32.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { openMemoryStore, type MemoryStore } from '../blobs/memory.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { encodeManifest, ContentReader } from './content-reader.ts'
import { ContentWriter, type WriteOptions, type Written } from './content-writer.ts'
import { DataKeys } from './encryption/data-keys.ts'
import { Keyring } from './encryption/keyring.ts'
import { resealedPiece } from './encryption/reseal.ts'
import type { CustomerKey, Encryption } from './encryption/seal.ts'
import { sealedSize, segmentContentSize } from './encryption/segments.ts'
import { bodyKey, manifestKey } from './keys.ts'
import { keepWritten } from './mentions.ts'
import { Numbers } from './numbers.ts'

const inlineSizeMax = 1000
const customerKey = (): CustomerKey => ({ bytes: systemRandom.bytes(32), md5: '' })
const key = customerKey()
const encryptions: Readonly<Record<string, Encryption>> = {
  'SSE-S3': { kind: 'AES256' },
  'SSE-C': { kind: 'SSE-C', key },
}
const keyOf = (encryption: Encryption | undefined) => (encryption?.kind === 'SSE-C' ? encryption.key : undefined)

let metadata: ReturnType<typeof createMemoryStore>
let blobs: MemoryStore
let dataKeys: DataKeys
let keyring: Keyring
let writer: ContentWriter
let reader: ContentReader
let nowMs = 0
beforeEach(async () => {
  metadata = createMemoryStore()
  blobs = openMemoryStore({ epoch: 1, random: systemRandom, chunkSize: 100_000 })
  const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
  keyring = new Keyring({ metadata, masterKey, clock: { now: () => 0, monotonic: () => 0 }, random: systemRandom })
  await keyring.ensure()
  dataKeys = new DataKeys(keyring, systemRandom)
  writer = new ContentWriter(blobs, new Numbers(metadata), inlineSizeMax, dataKeys)
  reader = new ContentReader(metadata, blobs, dataKeys, { monotonic: () => nowMs })
})

/** As a connection gives it: a chunk is overwritten when the next is asked for. */
async function* bodyOf(content: Uint8Array, chunkSize = 65_536): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(chunkSize)
  for (let start = 0; start < content.length; start += chunkSize) {
    const part = content.subarray(start, start + chunkSize)
    buffer.set(part)
    yield buffer.subarray(0, part.length)
    buffer.fill(0xdb)
  }
}

async function write(content: Uint8Array, options: Partial<WriteOptions> = {}): Promise<Written> {
  const written = await writer.write(bodyOf(content), { sizeMax: 2 ** 30, sizeExpected: content.length, ...options })
  await metadata.transact({ exclusive: [] }, (transaction) => keepWritten(transaction, written))
  return written
}

async function read(
  { piece }: Pick<Written, 'piece'>,
  range = { start: 0, end: piece.size },
  customer?: CustomerKey,
): Promise<Buffer> {
  const bytes = await reader.read(piece, range, customer)
  assert.ok(bytes !== undefined)
  if (bytes instanceof Uint8Array) return Buffer.from(bytes)
  const chunks: Buffer[] = []
  for await (const chunk of bytes) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

async function stored({ piece }: Written): Promise<Buffer> {
  if (piece.kind === 'body') return Buffer.from((await metadata.get(bodyKey(piece.id)))!)
  const chunks: Buffer[] = []
  for await (const chunk of blobs.get(piece.id)) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

const sizes = [0, 1, inlineSizeMax, inlineSizeMax + 1, segmentContentSize, 2 * segmentContentSize + 1]

for (const [name, encryption] of Object.entries(encryptions)) {
  for (const size of sizes) {
    test(`${size} bytes under ${name} are read back, and nothing stored is plaintext`, async () => {
      const line = 'a line that would be seen '
      const content = Buffer.alloc(size, line)
      const written = await write(content, { encryption })
      const { piece } = written
      assert.equal(piece.kind, size > inlineSizeMax ? 'blob' : 'body')
      assert.deepEqual([written.size, piece.size, piece.seal?.kind], [size, size, encryption.kind])
      const bytes = await stored(written)
      assert.equal(bytes.length, sealedSize(size))
      assert.equal(bytes.indexOf(line.slice(0, 5)), -1)
      assert.equal(piece.crc32, crc32(bytes))
      for (const [, value] of metadata.records.scan(Buffer.of(0), Buffer.of(255), { limit: 1000 })) {
        assert.equal(Buffer.from(value).indexOf(line.slice(0, 5)), -1)
      }
      assert.ok((await read(written, undefined, keyOf(encryption))).equals(content))
    })
  }

  test(`any range of what is under ${name} is read back`, async () => {
    for (const size of [500, 2 * segmentContentSize + 700]) {
      const content = systemRandom.bytes(size)
      const written = await write(content, { encryption })
      await fc.assert(
        fc.asyncProperty(fc.nat(size), fc.nat(size), async (one, other) => {
          const range = { start: Math.min(one, other), end: Math.max(one, other) }
          assert.ok((await read(written, range, keyOf(encryption))).equals(content.subarray(range.start, range.end)))
        }),
        { numRuns: 30 },
      )
    }
  })

  test(`what is damaged under ${name} is not given out`, async () => {
    const written = await write(systemRandom.bytes(300_000), { encryption })
    assert.ok(written.piece.kind === 'blob')
    blobs.damage(written.piece.id, (bytes) => {
      bytes[290_000]! ^= 1
      return bytes
    })
    await assert.rejects(read(written, undefined, keyOf(encryption)), { name: 'ContentDamaged' })
    const range = { start: 0, end: segmentContentSize }
    assert.equal((await read(written, range, keyOf(encryption))).length, segmentContentSize)
    blobs.damage(written.piece.id, (bytes) => bytes.subarray(0, bytes.length - 20))
    await assert.rejects(read(written, undefined, keyOf(encryption)))
  })

  test(`digests are of what the client sent, under ${name} too, and what it refuses is not kept`, async () => {
    for (const size of [10, 5000]) {
      const content = systemRandom.bytes(size)
      let md5 = ''
      await write(content, {
        encryption,
        algorithm: 'SHA256',
        verify: (digests) => (md5 = digests.md5.toString('hex')),
      })
      assert.equal(md5, hash('md5', content, 'hex'))
      const { checksum } = await write(content, { encryption, algorithm: 'SHA256' })
      assert.deepEqual(checksum, hash('sha256', content, 'buffer'))
      const { count } = blobs
      const refusal = new Error('refused')
      const verify = () => {
        throw refusal
      }
      await assert.rejects(write(content, { encryption, verify }), refusal)
      await assert.rejects(write(content, { encryption, sizeExpected: undefined, sizeMax: size - 1 }), {
        code: 'EntityTooLarge',
      })
      assert.equal(blobs.count, count)
    }
  })
}

test('a body of unknown length is the same as one whose length is known', async () => {
  for (const size of [10, 5000]) {
    const content = systemRandom.bytes(size)
    const written = await write(content, { encryption: encryptions['SSE-S3'], sizeExpected: undefined })
    assert.ok((await read(written)).equals(content))
    assert.deepEqual(written.md5, hash('md5', content, 'buffer'))
  }
})

test('what the ETag is made of is the MD5 under SSE-S3, and under SSE-C it is not', async () => {
  for (const size of [10, 5000]) {
    const content = systemRandom.bytes(size)
    const md5 = hash('md5', content, 'buffer')
    assert.deepEqual((await write(content, { encryption: { kind: 'AES256' } })).md5, md5)
    const under = await write(content, { encryption: { kind: 'SSE-C', key } })
    assert.equal(under.md5.length, 16)
    assert.notDeepEqual(under.md5, md5)
    assert.notDeepEqual((await write(content, { encryption: { kind: 'SSE-C', key } })).md5, under.md5)
  }
})

test('the same content is stored differently each time', async () => {
  const content = Buffer.alloc(5000)
  const [one, other] = [
    await write(content, { encryption: { kind: 'AES256' } }),
    await write(content, { encryption: { kind: 'AES256' } }),
  ]
  assert.notDeepEqual(await stored(one), await stored(other))
})

test('another customer key is answered AccessDenied before there is a byte, of parts too', async () => {
  const encryption = encryptions['SSE-C']!
  const written = [await write(Buffer.alloc(10), { encryption }), await write(Buffer.alloc(5000), { encryption })]
  for (const { piece } of written) {
    const range = { start: 0, end: piece.size }
    await assert.rejects(reader.read(piece, range, customerKey()), { code: 'AccessDenied' })
  }
  const manifest = await keepManifest(written)
  await assert.rejects(reader.read(manifest, { start: 10, end: 20 }, customerKey()), { code: 'AccessDenied' })
})

async function keepManifest(written: readonly Written[]) {
  const parts = written.map(({ piece, md5 }, index) => ({
    ...{ partNumber: index + 1, size: piece.size, md5: md5.toString('hex'), piece },
  }))
  const value = encodeManifest({ parts })
  await metadata.transact({ exclusive: [] }, (transaction) => transaction.set(manifestKey(9), value))
  return { kind: 'manifest', id: 9, size: parts.reduce((sum, { size }) => sum + size, 0), parts: parts.length } as const
}

test('parts that are bodies and blobs, plain and encrypted, are read as one', async () => {
  const contents = [5000, 300_000, 10, 700, 400_000].map((size) => systemRandom.bytes(size))
  const [plain, server] = [undefined, encryptions['SSE-S3']]
  const parts: Written[] = []
  for (const [index, content] of contents.entries())
    parts.push(await write(content, { encryption: index % 2 ? server : plain }))
  const extent = await keepManifest(parts)
  const whole = Buffer.concat(contents)
  for (const [start, end] of [
    [0, whole.length],
    [4999, 305_011],
    [305_005, 305_300],
  ] as const) {
    const chunks: Buffer[] = []
    for await (const chunk of (await reader.read(extent, { start, end })) as AsyncIterable<Uint8Array>) {
      chunks.push(Buffer.from(chunk))
    }
    assert.ok(Buffer.concat(chunks).equals(whole.subarray(start, end)), `${start} to ${end}`)
  }
})

test('what was written before rotations is read after them', async () => {
  const written = [await write(Buffer.alloc(10, 1), { encryption: { kind: 'AES256' } })]
  await keyring.rotate()
  written.push(await write(Buffer.alloc(5000, 1), { encryption: { kind: 'AES256' } }))
  await keyring.rotate()
  for (const each of written) assert.equal((await read(each))[each.size - 1], 1)
})

test('a copy under another key shares the bytes and is read with that key', async () => {
  const content = systemRandom.bytes(300_000)
  const { piece } = await write(content, { encryption: { kind: 'SSE-C', key } })
  const other = customerKey()
  const copy = await resealedPiece(dataKeys, piece, key, { kind: 'SSE-C', key: other })
  assert.ok((await read({ piece: copy!.content }, undefined, other)).equals(content))
  await assert.rejects(read({ piece: copy!.content }, undefined, key), { code: 'AccessDenied' })
  const serverCopy = await resealedPiece(dataKeys, piece, key, { kind: 'AES256' })
  assert.ok((await read({ piece: serverCopy!.content })).equals(content))
  assert.deepEqual(serverCopy!.md5, hash('md5', content, 'buffer'))
  assert.equal(blobs.count, 1)
})

test('where the key cannot be sealed, no blob is kept', async () => {
  const failing = new DataKeys(
    { current: () => Promise.reject(new Error('no key')), find: () => undefined },
    systemRandom,
  )
  const broken = new ContentWriter(blobs, new Numbers(metadata), inlineSizeMax, failing)
  for (const size of [10, 5000]) {
    const body = bodyOf(Buffer.alloc(size))
    await assert.rejects(broken.write(body, { sizeMax: 9999, encryption: { kind: 'AES256' } }), { message: 'no key' })
  }
  assert.equal(blobs.count, 0)
})

test('a blob that is not there is missing, not damaged', async () => {
  const { piece } = await write(Buffer.alloc(5000), { encryption: { kind: 'AES256' } })
  assert.ok(piece.kind === 'blob')
  await blobs.delete(piece.id)
  await assert.rejects(read({ piece }), { name: 'BlobMissing' })
})

test('a body that is gone is undefined', async () => {
  const { piece } = await write(Buffer.alloc(10), { encryption: { kind: 'AES256' } })
  await metadata.transact({ exclusive: [] }, (transaction) => transaction.delete(bodyKey(piece.id as number)))
  assert.equal(await reader.read(piece, { start: 0, end: 10 }), undefined)
})

test('what was found sound is not checked again for a minute, and then it is', async () => {
  const written = await write(systemRandom.bytes(300_000), {})
  assert.ok(written.piece.kind === 'blob')
  await read(written)
  blobs.damage(written.piece.id, (bytes) => {
    bytes[0]! ^= 1
    return bytes
  })
  nowMs += 59_000
  await read(written)
  nowMs += 2000
  await assert.rejects(read(written), { name: 'ContentDamaged' })
})
