/** AWS's SDK for JavaScript: objects and their metadata, whole and in ranges, copied and deleted, by both address styles. */
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { clientFor, virtualHost, virtualHostClientFor } from '../harness/client.ts'
import { bucketName, patterned } from '../harness/names.ts'
import { escapeKey } from '../harness/sign.ts'
import { send } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const Bucket = bucketName('objects')
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

const quotedMd5 = (body: Uint8Array | string): string => `"${createHash('md5').update(body).digest('hex')}"`

/** Asserts that the call fails with the code and status of S3. */
async function refuses(call: Promise<unknown>, code: string, status: number): Promise<S3ServiceException> {
  try {
    await call
  } catch (error) {
    assert.ok(error instanceof S3ServiceException, String(error))
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], [code, status])
    assert.match(error.$metadata.requestId ?? '', /^[0-9A-F]{16}$/)
    return error
  }
  return assert.fail(`expected ${code}`)
}

test('a string comes back as it was put, with its MD5 as ETag', async () => {
  const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'greeting', Body: 'Hello JavaScript SDK!' }))
  assert.equal(put.ETag, quotedMd5('Hello JavaScript SDK!'))
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'greeting' }))
  assert.equal(await got.Body?.transformToString(), 'Hello JavaScript SDK!')
  assert.equal(got.ETag, put.ETag)
  assert.equal(got.ContentLength, 21)
  assert.equal(got.AcceptRanges, 'bytes')
  assert.ok(Math.abs(Date.now() - (got.LastModified?.getTime() ?? 0)) < 600_000)
})

test('a stream of known length goes out in chunks with a trailing checksum and comes back whole', async () => {
  const body = patterned(3_000_001)
  const chunks = Array.from({ length: 31 }, (_, i) => body.subarray(i * 100_000, (i + 1) * 100_000))
  await s3.send(
    new PutObjectCommand({ Bucket, Key: 'streamed', Body: Readable.from(chunks), ContentLength: body.length }),
  )
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'streamed', ChecksumMode: 'ENABLED' }))
  const bytes = await got.Body?.transformToByteArray()
  assert.equal(Buffer.compare(body, bytes ?? Buffer.alloc(0)), 0)
  assert.equal(got.ContentEncoding, undefined, 'aws-chunked is not kept')
  assert.ok(got.ChecksumCRC32 !== undefined, 'the trailer was kept as the checksum')
})

test('an empty object is an object', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }))
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'empty' }))
  assert.equal(await got.Body?.transformToString(), '')
  assert.equal(got.ETag, '"d41d8cd98f00b204e9800998ecf8427e"')
})

test('system and user metadata come back as sent, on GET and on HEAD', async () => {
  const sent = {
    CacheControl: 'public, max-age=10',
    ContentDisposition: 'attachment; filename="a b.txt"',
    ContentEncoding: 'identity',
    ContentLanguage: 'de, en',
    ContentType: 'text/plain; charset=utf-8',
    Metadata: { one: '1', 'with-hyphen': 'a, b;  c', encoded: encodeURIComponent('Straße 自由'), empty: '' },
  }
  const Expires = new Date('2031-05-06T07:08:09Z')
  await s3.send(new PutObjectCommand({ Bucket, Key: 'described', Body: 'x', Expires, ...sent }))
  for (const answer of [
    await s3.send(new GetObjectCommand({ Bucket, Key: 'described' })),
    await s3.send(new HeadObjectCommand({ Bucket, Key: 'described' })),
  ]) {
    const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType, Metadata } = answer
    const received = { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType, Metadata }
    assert.deepEqual(received, { ...sent, Metadata: { ...sent.Metadata, 'with-hyphen': Metadata?.['with-hyphen'] } })
    assert.match(Metadata?.['with-hyphen'] ?? '', /^a, b; {1,2}c$/)
    assert.equal(new Date(answer.ExpiresString ?? '').getTime(), Expires.getTime())
  }
})

test('user metadata in raw UTF-8 comes back byte for byte', async () => {
  const value = Buffer.from('Straße 自由 😀').toString('latin1')
  const headers = { 'x-amz-meta-raw': value }
  const put = await send(server, { method: 'PUT', path: `/${Bucket}/raw-metadata`, headers, body: 'x' })
  assert.equal(put.status, 200, put.text)
  const head = await send(server, { method: 'HEAD', path: `/${Bucket}/raw-metadata` })
  assert.equal(head.headers['x-amz-meta-raw'], value)
})

test('user metadata of 2 KB is kept, and one byte more is refused', async () => {
  const metadata = (size: number) => ({ m: 'v'.repeat(size - 1) })
  await s3.send(new PutObjectCommand({ Bucket, Key: 'meta-max', Body: '', Metadata: metadata(2048) }))
  const over = s3.send(new PutObjectCommand({ Bucket, Key: 'meta-over', Body: '', Metadata: metadata(2049) }))
  await refuses(over, 'MetadataTooLarge', 400)
  await refuses(s3.send(new GetObjectCommand({ Bucket, Key: 'meta-over' })), 'NoSuchKey', 404)
})

test('ranges give exactly their bytes', async () => {
  const body = patterned(1_000_000)
  await s3.send(new PutObjectCommand({ Bucket, Key: 'ranged', Body: body }))
  const cases: readonly (readonly [range: string, start: number, end: number])[] = [
    ['bytes=0-0', 0, 1],
    ['bytes=0-999999', 0, 1_000_000],
    ['bytes=999999-', 999_999, 1_000_000],
    ['bytes=-1', 999_999, 1_000_000],
    ['bytes=-2000000', 0, 1_000_000],
    ['bytes=500000-5000000', 500_000, 1_000_000],
    ['bytes=262143-262145', 262_143, 262_146],
  ]
  for (const [Range, start, end] of cases) {
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range }))
    assert.equal(got.$metadata.httpStatusCode, 206, Range)
    assert.equal(got.ContentRange, `bytes ${start}-${end - 1}/1000000`, Range)
    const bytes = await got.Body?.transformToByteArray()
    assert.equal(Buffer.compare(body.subarray(start, end), bytes ?? Buffer.alloc(0)), 0, Range)
  }
  await refuses(s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range: 'bytes=1000000-' })), 'InvalidRange', 416)
})

test('response-* parameters override the headers of a signed GET', async () => {
  const got = await s3.send(
    new GetObjectCommand({
      Bucket,
      Key: 'greeting',
      ResponseCacheControl: 'no-cache',
      ResponseContentDisposition: 'attachment; filename=g.txt',
      ResponseContentType: 'text/x-greeting',
    }),
  )
  assert.deepEqual(
    [got.CacheControl, got.ContentDisposition, got.ContentType],
    ['no-cache', 'attachment; filename=g.txt', 'text/x-greeting'],
  )
})

test('a copy keeps the metadata, or takes new, and onto itself it must change something', async () => {
  const CopySource = `${Bucket}/${escapeKey('dir ü/from+here')}`
  await s3.send(new PutObjectCommand({ Bucket, Key: 'dir ü/from+here', Body: 'copied', Metadata: { a: '1' } }))
  const copy = await s3.send(new CopyObjectCommand({ Bucket, Key: 'kept', CopySource }))
  assert.equal(copy.CopyObjectResult?.ETag, quotedMd5('copied'))
  const kept = await s3.send(new GetObjectCommand({ Bucket, Key: 'kept' }))
  assert.deepEqual([kept.Metadata, await kept.Body?.transformToString()], [{ a: '1' }, 'copied'])

  const replace = { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, ContentType: 'text/new' } as const
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'replaced', CopySource, ...replace }))
  const replaced = await s3.send(new HeadObjectCommand({ Bucket, Key: 'replaced' }))
  assert.deepEqual([replaced.Metadata, replaced.ContentType], [{ b: '2' }, 'text/new'])

  const itself = { Bucket, Key: 'kept', CopySource: `${Bucket}/kept` }
  await refuses(s3.send(new CopyObjectCommand(itself)), 'InvalidRequest', 400)
  await s3.send(new CopyObjectCommand({ ...itself, ...replace }))
  assert.deepEqual((await s3.send(new HeadObjectCommand({ Bucket, Key: 'kept' }))).Metadata, { b: '2' })
  const nowhere = { Bucket, Key: 'x', CopySource: `${Bucket}/nowhere` }
  await refuses(s3.send(new CopyObjectCommand(nowhere)), 'NoSuchKey', 404)
})

test('a copy outlives its source', async () => {
  const body = patterned(2_000_000, 7)
  await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: body }))
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/source` }))
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'source' }))
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'copy' }))
  assert.equal(Buffer.compare(body, (await got.Body?.transformToByteArray()) ?? Buffer.alloc(0)), 0)
})

test('DeleteObjects deletes a thousand keys and says so, or in quiet mode says nothing', async () => {
  const bucket = bucketName('delete')
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const keys = Array.from({ length: 20 }, (_, i) => `k${i} <&>`)
  await Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }))))
  const Objects = [...keys, ...Array.from({ length: 980 }, (_, i) => `absent-${i}`)].map((Key) => ({ Key }))
  const loud = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }))
  assert.equal(loud.Deleted?.length, 1000)
  assert.deepEqual(loud.Errors ?? [], [])
  const quiet = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }))
  assert.deepEqual(quiet.Deleted ?? [], [])
  const over = { Bucket: bucket, Delete: { Objects: [...Objects, { Key: 'one more' }] } }
  await refuses(s3.send(new DeleteObjectsCommand(over)), 'MalformedXML', 400)
  assert.equal((await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount, 0)
  await s3.send(new DeleteBucketCommand({ Bucket: bucket }))
})

test('buckets are made, found, listed and removed, and a full one is not removed', async () => {
  const bucket = bucketName('buckets')
  await refuses(s3.send(new HeadBucketCommand({ Bucket: bucket })), 'NotFound', 404)
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  await s3.send(new HeadBucketCommand({ Bucket: bucket }))
  const location = await s3.send(new GetBucketLocationCommand({ Bucket: bucket }))
  assert.equal(location.LocationConstraint ?? 'us-east-1', server.region)
  const listed = await s3.send(new ListBucketsCommand({ Prefix: bucket }))
  assert.deepEqual(
    listed.Buckets?.map(({ Name }) => Name),
    [bucket],
  )
  assert.ok(listed.Owner?.ID)
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: '' }))
  await refuses(s3.send(new DeleteBucketCommand({ Bucket: bucket })), 'BucketNotEmpty', 409)
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'k' }))
  await s3.send(new DeleteBucketCommand({ Bucket: bucket }))
  await refuses(s3.send(new DeleteBucketCommand({ Bucket: bucket })), 'NoSuchBucket', 404)
})

test('ListBuckets is paged', async () => {
  const purpose = bucketName('page')
  const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `${purpose}-${letter}`)
  for (const name of names) await s3.send(new CreateBucketCommand({ Bucket: name }))
  const seen: string[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await s3.send(new ListBucketsCommand({ Prefix: purpose, MaxBuckets: 2, ContinuationToken }))
    assert.ok((page.Buckets?.length ?? 0) <= 2)
    for (const { Name = '' } of page.Buckets ?? []) seen.push(Name)
    ContinuationToken = page.ContinuationToken
  } while (ContinuationToken !== undefined)
  assert.deepEqual(seen, names)
  for (const name of names) await s3.send(new DeleteBucketCommand({ Bucket: name }))
})

test('errors have the codes that the SDK turns into its classes', async () => {
  const missing = bucketName('missing')
  await refuses(s3.send(new GetObjectCommand({ Bucket, Key: 'no such' })), 'NoSuchKey', 404)
  await refuses(s3.send(new HeadObjectCommand({ Bucket, Key: 'no such' })), 'NotFound', 404)
  await refuses(s3.send(new GetObjectCommand({ Bucket: missing, Key: 'k' })), 'NoSuchBucket', 404)
  await refuses(s3.send(new PutObjectCommand({ Bucket: missing, Key: 'k', Body: 'x' })), 'NoSuchBucket', 404)
  await refuses(s3.send(new ListObjectsV2Command({ Bucket: missing })), 'NoSuchBucket', 404)
  const stranger = { credentials: { accessKeyId: 'AKIANOSUCHKEY0000001', secretAccessKey: 'x'.repeat(40) } }
  const nobody = clientFor(server, stranger)
  await refuses(nobody.send(new ListBucketsCommand({})), 'InvalidAccessKeyId', 403)
  const wrong = clientFor(server, {
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: 'not the secret of this key' },
  })
  await refuses(wrong.send(new ListBucketsCommand({})), 'SignatureDoesNotMatch', 403)
})

test('deleting what is not there succeeds', async () => {
  const answer = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'never was' }))
  assert.equal(answer.$metadata.httpStatusCode, 204)
})

for (const [form, prefix] of [
  ['<bucket>.<domain>', ''],
  ['<bucket>.<region>.s3.<domain>', 'us-east-1.s3.'],
] as const) {
  test(`virtual-hosted style, ${form}, reaches the same objects as path style`, () => reachedByHost(prefix))
}

async function reachedByHost(prefix: string): Promise<void> {
  const client = virtualHostClientFor(server, { endpoint: `http://${prefix}${virtualHost(server)}` })
  const bucket = bucketName('vhost')
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  for (const Key of ['plain', 'a//b', 'a/../b', 'x y+z', bucket, '自由/😀']) {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: `body of ${Key}` }))
    const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))
    assert.equal(await got.Body?.transformToString(), `body of ${Key}`)
    const again = await client.send(new GetObjectCommand({ Bucket: bucket, Key }))
    assert.equal(await again.Body?.transformToString(), `body of ${Key}`)
  }
  const listed = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
  assert.equal(listed.KeyCount, 6)
  assert.ok((await client.send(new ListBucketsCommand({}))).Buckets?.some(({ Name }) => Name === bucket))
  client.destroy()
}
