/** AWS's SDK for JavaScript: uploads in parts, by lib-storage as users do it, and step by step. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { clientFor } from '../harness/client.ts'
import { bucketName, patterned } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const MiB = 1024 * 1024
const Bucket = bucketName('parts')
let server: TestServer
let s3: ReturnType<typeof clientFor>

before(async () => {
  server = await startServer()
  s3 = clientFor(server)
  await s3.send(new CreateBucketCommand({ Bucket }))
})
after(async () => {
  s3?.destroy()
  await server?.stop()
})

const md5 = (body: Uint8Array): Buffer => createHash('md5').update(body).digest()
const same = (a: Uint8Array, b: Uint8Array | undefined): void =>
  assert.equal(Buffer.compare(a, b ?? Buffer.alloc(0)), 0, `${a.length} bytes against ${b?.length}`)

async function create(Key: string): Promise<{ Bucket: string; Key: string; UploadId: string }> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'video/mp4' }))
  assert.ok(UploadId)
  return { Bucket, Key, UploadId }
}

async function uploadPart(
  upload: { Bucket: string; Key: string; UploadId: string },
  PartNumber: number,
  Body: Uint8Array,
): Promise<CompletedPart> {
  const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }))
  assert.equal(ETag, `"${md5(Body).toString('hex')}"`)
  return { ETag, PartNumber }
}

test('lib-storage uploads a stream of 30 MiB in parts, and every range of it is right', async () => {
  const body = patterned(30 * MiB + 12345)
  const pieces = Array.from({ length: 31 }, (_, i) => body.subarray(i * MiB, (i + 1) * MiB))
  const params = { Bucket, Key: 'big', Body: Readable.from(pieces), Metadata: { a: 'b' }, ContentType: 'video/mp4' }
  const done = await new Upload({ client: s3, params, partSize: 5 * MiB, queueSize: 4 }).done()
  const parts = Array.from({ length: 7 }, (_, i) => md5(body.subarray(i * 5 * MiB, (i + 1) * 5 * MiB)))
  assert.equal(done.ETag, `"${md5(Buffer.concat(parts)).toString('hex')}-7"`)
  const whole = await s3.send(new GetObjectCommand({ Bucket, Key: 'big' }))
  assert.deepEqual([whole.ContentType, whole.Metadata, whole.ETag], ['video/mp4', { a: 'b' }, done.ETag])
  same(body, await whole.Body?.transformToByteArray())
  for (const [start, end] of [
    [5 * MiB - 1, 5 * MiB + 1],
    [4 * MiB, 16 * MiB],
    [30 * MiB, 30 * MiB + 12345],
  ] as const) {
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', Range: `bytes=${start}-${end - 1}` }))
    same(body.subarray(start, end), await got.Body?.transformToByteArray())
  }
})

test('a part can be read by its number', async () => {
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', PartNumber: 2 }))
  assert.deepEqual([got.ContentLength, got.PartsCount], [5 * MiB, 7])
  same(patterned(30 * MiB + 12345).subarray(5 * MiB, 10 * MiB), await got.Body?.transformToByteArray())
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'big', PartNumber: 7 }))
  assert.deepEqual([head.ContentLength, head.$metadata.httpStatusCode], [12345, 206])
  const call = s3.send(new GetObjectCommand({ Bucket, Key: 'big', PartNumber: 8 }))
  // AWS says InvalidPartNumber, ceph/s3-tests wants InvalidPart.
  await assert.rejects(call, { name: /^InvalidPart(?:Number)?$/ })
})

test('parts go up in any order and again, and the last of each counts', async () => {
  const upload = await create('order')
  const two = await uploadPart(upload, 2, patterned(MiB, 2))
  await uploadPart(upload, 1, patterned(5 * MiB, 9))
  const one = await uploadPart(upload, 1, patterned(5 * MiB, 1))
  const absent = s3.send(new HeadObjectCommand({ Bucket, Key: 'order' }))
  await assert.rejects(absent, { name: 'NotFound' }, 'nothing is there before it is completed')
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [one, two] } }))
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'order' }))
  same(Buffer.concat([patterned(5 * MiB, 1), patterned(MiB, 2)]), await got.Body?.transformToByteArray())
})

test('completing the same upload again gives the same answer', async () => {
  const upload = await create('again')
  const Parts = [await uploadPart(upload, 1, Buffer.from('only'))]
  const complete = () => s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
  const first = await complete()
  assert.equal((await complete()).ETag, first.ETag)
})

test('a complete that cannot be is refused and changes nothing', async () => {
  const upload = await create('refused')
  const small = await uploadPart(upload, 1, patterned(5 * MiB - 1))
  const last = await uploadPart(upload, 2, Buffer.from('last'))
  const complete = (...Parts: CompletedPart[]) =>
    s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
  await assert.rejects(complete(small, last), { name: 'EntityTooSmall' })
  await assert.rejects(complete(last, small), { name: 'InvalidPartOrder' })
  await assert.rejects(complete(last, { ...last, PartNumber: 3 }), { name: 'InvalidPart' })
  await assert.rejects(complete({ PartNumber: 2, ETag: small.ETag }), { name: 'InvalidPart' })
  await assert.rejects(complete(), { name: 'MalformedXML' })
  const { Parts } = await s3.send(new ListPartsCommand(upload))
  assert.equal(Parts?.length, 2, 'the parts are still there')
  await complete(last)
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'refused' }))
  assert.equal(await got.Body?.transformToString(), 'last')
})

test('an aborted upload is gone, with its parts', async () => {
  const upload = await create('aborted')
  await uploadPart(upload, 1, Buffer.from('x'))
  await s3.send(new AbortMultipartUploadCommand(upload))
  await assert.rejects(s3.send(new ListPartsCommand(upload)), { name: 'NoSuchUpload' })
  await assert.rejects(s3.send(new AbortMultipartUploadCommand(upload)), { name: 'NoSuchUpload' })
  const part = new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'x' })
  await assert.rejects(s3.send(part), { name: 'NoSuchUpload' })
})

test('parts and uploads are listed in pages', async () => {
  const upload = await create('listed/1')
  const other = await create('listed/2')
  for (const n of [1, 2, 3, 10_000]) await uploadPart(upload, n, Buffer.from(`part ${n}`))
  const first = await s3.send(new ListPartsCommand({ ...upload, MaxParts: 3 }))
  assert.deepEqual(
    first.Parts?.map(({ PartNumber }) => PartNumber),
    [1, 2, 3],
  )
  assert.equal(first.IsTruncated, true)
  const rest = await s3.send(new ListPartsCommand({ ...upload, PartNumberMarker: first.NextPartNumberMarker }))
  assert.deepEqual(
    rest.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
    [[10_000, 10]],
  )

  const page = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'listed/', MaxUploads: 1 }))
  assert.deepEqual(
    page.Uploads?.map(({ Key, UploadId }) => [Key, UploadId]),
    [[upload.Key, upload.UploadId]],
  )
  const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page
  const next = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'listed/', KeyMarker, UploadIdMarker }))
  assert.deepEqual(
    next.Uploads?.map(({ UploadId }) => UploadId),
    [other.UploadId],
  )
  for (const each of [upload, other]) await s3.send(new AbortMultipartUploadCommand(each))
})

test('parts copied whole and by range make up a new object', async () => {
  const source = patterned(12 * MiB, 5)
  await s3.send(new PutObjectCommand({ Bucket, Key: 'copy source', Body: source }))
  const upload = await create('from copies')
  const copyPart = async (PartNumber: number, CopySourceRange?: string): Promise<CompletedPart> => {
    const CopySource = `${Bucket}/copy%20source`
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({ ...upload, PartNumber, CopySource, CopySourceRange }),
    )
    return { PartNumber, ETag: CopyPartResult?.ETag }
  }
  const Parts = [await copyPart(1), await copyPart(2, `bytes=${MiB}-${7 * MiB - 1}`), await copyPart(3, 'bytes=3-3')]
  await assert.rejects(copyPart(4, `bytes=0-${12 * MiB}`), { name: 'InvalidRange' })
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'from copies' }))
  const expected = Buffer.concat([source, source.subarray(MiB, 7 * MiB), source.subarray(3, 4)])
  same(expected, await got.Body?.transformToByteArray())
})

test('part numbers beyond 10,000 are refused', async () => {
  const upload = await create('numbers')
  for (const PartNumber of [0, 10_001])
    await assert.rejects(s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: 'x' })), {
      name: 'InvalidArgument',
    })
})

test('GetObjectAttributes tells size, parts and ETag', async () => {
  const answer = await s3.send(
    new GetObjectAttributesCommand({
      Bucket,
      Key: 'big',
      ObjectAttributes: ['ETag', 'ObjectParts', 'ObjectSize', 'StorageClass', 'Checksum'],
    }),
  )
  assert.equal(answer.ObjectSize, 30 * MiB + 12345)
  assert.equal(answer.StorageClass, 'STANDARD')
  assert.match(answer.ETag ?? '', /^[0-9a-f]{32}-7$/, 'without quotes, as AWS gives it here')
  assert.equal(answer.ObjectParts?.TotalPartsCount, 7)
})
