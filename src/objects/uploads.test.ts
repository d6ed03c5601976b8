import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { noUsage } from './usage.ts'
import type { ApiError } from '../base/errors.ts'
import { checksumOf } from '../base/checksum/checksum.ts'
import { objectSizeMax } from './complete-upload.ts'
import { etagOf } from './head.ts'
import { partKey } from './keys.ts'
import { makeBed, makeBucket, put, read, type Bed } from './test-bed.ts'
import type { Bucket } from './bucket.ts'
import { encodePart, type Upload } from './upload.ts'

const mebibyte = 1024 * 1024
const big = Buffer.alloc(5 * mebibyte, 'A')
const sizeMax = 10 * mebibyte
const newUpload = {
  key: 'film',
  accountId: 'a'.repeat(64),
  system: { contentType: 'video/mp4' },
  metadata: { title: 'x' },
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
const putPart = ({ uploads }: Bed, bucket: Bucket, upload: Upload, partNumber: number, bytes: Uint8Array) =>
  uploads.putPart(bucket, upload, partNumber, once(bytes), { sizeMax, algorithm: upload.checksumAlgorithm })
const named = ({ partNumber, md5 }: { partNumber: number; md5: string }) => ({ partNumber, etag: `"${md5}"` })

test('parts in order become an object whose ETag is the MD5 of their MD5s', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  const upload = await bed.uploads.create(bucket, newUpload)
  const last = await putPart(bed, bucket, upload, 7, Buffer.from('the end'))
  const first = await putPart(bed, bucket, upload, 2, big)
  const head = await bed.completer.complete(bucket, 'film', upload.uploadId, { parts: [named(first), named(last)] })
  const md5s = Buffer.from(first.md5 + last.md5, 'hex')
  assert.equal(etagOf(head), `${createHash('md5').update(md5s).digest('hex')}-2`)
  assert.deepEqual([head.size, head.system.contentType, head.metadata], [big.length + 7, 'video/mp4', { title: 'x' }])
  const text = await read(bed, bucket, 'film')
  assert.equal(text?.length, head.size)
  assert.equal(text.slice(-8), 'Athe end')
  assert.deepEqual(await bed.buckets.usage(bucket), { ...noUsage, objects: 1, bytes: head.size })
})

test('completing again answers the same; completing after an abort, NoSuchUpload', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  const upload = await bed.uploads.create(bucket, newUpload)
  const part = await putPart(bed, bucket, upload, 1, Buffer.from('only'))
  const parts = [named(part)]
  const once_ = await bed.completer.complete(bucket, 'film', upload.uploadId, { parts })
  const again = await bed.completer.complete(bucket, 'film', upload.uploadId, { parts })
  assert.equal(etagOf(again), etagOf(once_))
  assert.deepEqual(again.extent, once_.extent)
  const other = await bed.uploads.create(bucket, newUpload)
  await bed.uploads.abort(bucket, 'film', other.uploadId)
  await assert.rejects(bed.completer.complete(bucket, 'film', other.uploadId, { parts }), { code: 'NoSuchUpload' })
  await assert.rejects(bed.uploads.abort(bucket, 'film', other.uploadId), { code: 'NoSuchUpload' })
})

test('what is wrong with the parts named is told, and the upload stays', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  const upload = await bed.uploads.create(bucket, newUpload)
  const small = await putPart(bed, bucket, upload, 1, Buffer.from('small'))
  const other = await putPart(bed, bucket, upload, 2, Buffer.from('other'))
  const wrong: [readonly { partNumber: number; etag: string }[], string][] = [
    [[named(other), named(small)], 'InvalidPartOrder'],
    [[{ partNumber: 1, etag: other.md5 }], 'InvalidPart'],
    [[{ partNumber: 3, etag: small.md5 }], 'InvalidPart'],
    [[named(small), named(other)], 'EntityTooSmall'],
    [[], 'MalformedXML'],
  ]
  for (const [parts, code] of wrong) {
    await assert.rejects(bed.completer.complete(bucket, 'film', upload.uploadId, { parts }), { code }, code)
  }
  assert.equal((await bed.uploads.parts(upload.uploadId, 0, 10)).length, 2)
  assert.equal(await bed.heads.find(bucket, 'film'), undefined)
})

test('a part uploaded again replaces the former', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  const upload = await bed.uploads.create(bucket, newUpload)
  const former = await putPart(bed, bucket, upload, 1, Buffer.from('former part'))
  const latter = await putPart(bed, bucket, upload, 1, Buffer.from('latter'))
  await assert.rejects(bed.completer.complete(bucket, 'film', upload.uploadId, { parts: [named(former)] }), {
    code: 'InvalidPart',
  })
  assert.equal((await bed.buckets.usage(bucket)).unfinishedBytes, 6)
  await bed.completer.complete(bucket, 'film', upload.uploadId, { parts: [named(latter)] })
  assert.equal(await read(bed, bucket, 'film'), 'latter')
})

test('a part that is written while the upload ends is refused or part of it, never lost', async () => {
  for (let round = 0; round < 20; round++) {
    const bed = makeBed({ pause: () => new Promise((resolve) => setTimeout(resolve, Math.random() * 2)) })
    const bucket = await makeBucket(bed)
    const upload = await bed.uploads.create(bucket, newUpload)
    const part = await putPart(bed, bucket, upload, 1, Buffer.from('one'))
    const [late, done] = await Promise.allSettled([
      putPart(bed, bucket, upload, 2, Buffer.from('two')),
      bed.completer.complete(bucket, 'film', upload.uploadId, { parts: [named(part)] }),
    ])
    assert.equal(done.status, 'fulfilled')
    if (late.status === 'rejected') assert.equal((late.reason as ApiError).code, 'NoSuchUpload')
    assert.deepEqual(await bed.uploads.parts(upload.uploadId, 0, 10), [])
    assert.deepEqual(await bed.buckets.usage(bucket), { ...noUsage, objects: 1, bytes: 3 })
  }
})

for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
  test(`the FULL_OBJECT ${algorithm} of the whole comes from those of the parts`, async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    const upload = await bed.uploads.create(bucket, {
      ...newUpload,
      checksumAlgorithm: algorithm,
      checksumType: 'FULL_OBJECT',
    })
    const parts = [
      await putPart(bed, bucket, upload, 1, big),
      await putPart(bed, bucket, upload, 2, Buffer.from('rest')),
    ]
    const head = await bed.completer.complete(bucket, 'film', upload.uploadId, { parts: parts.map(named) })
    const whole = checksumOf(algorithm, Buffer.concat([big, Buffer.from('rest')])).toString('base64')
    assert.deepEqual(head.checksum, { algorithm, type: 'FULL_OBJECT', value: whole })
  })
}

test('a COMPOSITE checksum is that of the parts checksums, with their number', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  const upload = await bed.uploads.create(bucket, {
    ...newUpload,
    checksumAlgorithm: 'SHA256',
    checksumType: 'COMPOSITE',
  })
  const parts = [await putPart(bed, bucket, upload, 1, big), await putPart(bed, bucket, upload, 2, Buffer.from('rest'))]
  const head = await bed.completer.complete(bucket, 'film', upload.uploadId, { parts: parts.map(named) })
  const digests = Buffer.concat([checksumOf('SHA256', big), checksumOf('SHA256', Buffer.from('rest'))])
  assert.equal(head.checksum?.value, `${checksumOf('SHA256', digests).toString('base64')}-2`)
  const wrong = { partNumber: 1, etag: parts[0]!.md5, checksum: 'AAAA' }
  const other = await bed.uploads.create(bucket, {
    ...newUpload,
    checksumAlgorithm: 'SHA256',
    checksumType: 'COMPOSITE',
  })
  await putPart(bed, bucket, other, 1, big)
  await assert.rejects(bed.completer.complete(bucket, 'film', other.uploadId, { parts: [wrong] }), {
    code: 'InvalidPart',
  })
})

test('a part that shares a whole object moves no bytes', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  const head = await put(bed, bucket, 'source', 'a body that is too large to be kept among the records')
  const upload = await bed.uploads.create(bucket, newUpload)
  assert(head.extent.kind !== 'manifest')
  const source = { bucket, key: 'source', head }
  const part = { partNumber: 1, size: head.size, md5: etagOf(head), piece: head.extent }
  const shared = await bed.uploads.sharePart(bucket, upload, source, part)
  assert(shared !== undefined)
  assert.equal((await Array.fromAsync(bed.blobs.list())).length, 1)
  await bed.objects.delete(bucket, 'source')
  assert.equal(await bed.uploads.sharePart(bucket, upload, source, { ...part, partNumber: 2 }), undefined)
  await bed.completer.complete(bucket, 'film', upload.uploadId, { parts: [named(shared)] })
  assert.equal((await read(bed, bucket, 'film'))?.length, head.size)
})

test('an object of 50 TB is made of its parts, and one of a byte more is EntityTooLarge', async () => {
  for (const [excess, code] of [
    [0, undefined],
    [1, 'EntityTooLarge'],
  ] as const) {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    const upload = await bed.uploads.create(bucket, newUpload)
    const md5 = '0'.repeat(32)
    // Their records alone: completing reads no bytes.
    const sizes = [objectSizeMax - sizeMax, sizeMax + excess]
    await bed.metadata.transact({ exclusive: [partKey(upload.uploadId, 1)] }, (transaction) => {
      for (const [index, size] of sizes.entries()) {
        const piece = { kind: 'body', id: index + 1, size, crc32: 0 } as const
        const part = { partNumber: index + 1, modifiedMs: 0, size, md5, piece }
        transaction.set(partKey(upload.uploadId, part.partNumber), encodePart(part))
      }
    })
    const parts = sizes.map((_, index) => ({ partNumber: index + 1, etag: md5 }))
    const completing = bed.completer.complete(bucket, 'film', upload.uploadId, { parts })
    if (code === undefined) assert.equal((await completing).size, objectSizeMax)
    else await assert.rejects(completing, { code })
  }
})
