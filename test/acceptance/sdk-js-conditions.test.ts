/** AWS's SDK for JavaScript: conditional requests, and races of conditional writes that exactly one may win. */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { clientFor } from '../harness/client.ts'
import { bucketName, patterned } from '../harness/names.ts'
import { send } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const Bucket = bucketName('conditions')
const noETag = '"00000000000000000000000000000000"'
const past = new Date('2020-01-01T00:00:00Z')
let server: TestServer
let s3: ReturnType<typeof clientFor>

before(async () => {
  server = await startServer()
  s3 = clientFor(server, { maxAttempts: 1 })
  await s3.send(new CreateBucketCommand({ Bucket }))
})
after(async () => {
  s3?.destroy()
  await server?.stop()
})

const put = async (Key: string, Body: string): Promise<string> =>
  (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).ETag ?? ''

/** 200, or the HTTP status with which the call failed. */
async function statusOf(call: Promise<unknown>): Promise<number> {
  try {
    await call
    return 200
  } catch (error) {
    assert.ok(error instanceof S3ServiceException, String(error))
    return error.$metadata.httpStatusCode ?? 0
  }
}

test('conditions on GET and HEAD are decided as RFC 9110 says', async () => {
  const ETag = await put('read', 'x')
  const { LastModified } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'read' }))
  assert.ok(LastModified)
  const later = new Date(LastModified.getTime() + 1000)
  const cases = [
    [{ IfMatch: ETag }, 200],
    [{ IfMatch: '*' }, 200],
    [{ IfMatch: `${noETag}, ${ETag}` }, 200],
    [{ IfMatch: noETag }, 412],
    [{ IfNoneMatch: ETag }, 304],
    [{ IfNoneMatch: '*' }, 304],
    [{ IfNoneMatch: noETag }, 200],
    [{ IfModifiedSince: past }, 200],
    [{ IfModifiedSince: LastModified }, 304],
    [{ IfUnmodifiedSince: past }, 412],
    [{ IfUnmodifiedSince: later }, 200],
    [{ IfMatch: ETag, IfUnmodifiedSince: past }, 200],
    [{ IfNoneMatch: noETag, IfModifiedSince: LastModified }, 200],
  ] as const
  for (const [condition, status] of cases) {
    const told = JSON.stringify(condition)
    assert.equal(await statusOf(s3.send(new GetObjectCommand({ Bucket, Key: 'read', ...condition }))), status, told)
    assert.equal(await statusOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'read', ...condition }))), status, told)
  }
})

test('304 has the ETag and no body', async () => {
  const etag = await put('unchanged', 'x')
  const answer = await send(server, { path: `/${Bucket}/unchanged`, headers: { 'if-none-match': etag } })
  assert.deepEqual([answer.status, answer.headers.etag, answer.body.length], [304, etag, 0])
})

test('PUT with If-None-Match: * creates and never replaces', async () => {
  const create = () => s3.send(new PutObjectCommand({ Bucket, Key: 'create', Body: 'first', IfNoneMatch: '*' }))
  assert.equal(await statusOf(create()), 200)
  assert.equal(await statusOf(create()), 412)
})

test('PUT with If-Match replaces only that version', async () => {
  const ETag = await put('replace', 'first')
  const replace = (Key: string, IfMatch: string) =>
    statusOf(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'second', IfMatch })))
  assert.equal(await replace('replace', noETag), 412)
  assert.equal(await replace('replace', ETag), 200)
  assert.equal(await replace('replace', ETag), 412)
  assert.equal(await replace('not there', ETag), 404)
})

test('of many who create the same key exactly one wins, and what stands is the winner’s', async () => {
  for (let round = 0; round < 5; round++) {
    const Key = `race-create-${round}`
    const bodies = Array.from({ length: 24 }, (_, i) => `writer ${i} `.repeat(i % 2 === 0 ? 1 : 20_000))
    const answers = await Promise.all(
      bodies.map((Body) => statusOf(s3.send(new PutObjectCommand({ Bucket, Key, Body, IfNoneMatch: '*' })))),
    )
    const winners = answers.flatMap((status, i) => (status === 200 ? [i] : []))
    assert.equal(winners.length, 1, `round ${round}: ${answers.join(' ')}`)
    assert.ok(
      answers.every((status) => [200, 409, 412].includes(status)),
      answers.join(' '),
    )
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }))
    assert.equal(await got.Body?.transformToString(), bodies[winners[0] ?? -1])
  }
})

test('of many who replace the same version exactly one wins: a counter loses no increment', async () => {
  await put('counter', '0')
  const increment = async (): Promise<void> => {
    for (;;) {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'counter' }))
      const count = Number(await got.Body?.transformToString())
      const next = { Bucket, Key: 'counter', Body: String(count + 1), IfMatch: got.ETag }
      const status = await statusOf(s3.send(new PutObjectCommand(next)))
      if (status === 200) return
      assert.ok(status === 412 || status === 409, String(status))
    }
  }
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 5; i++) await increment()
    }),
  )
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'counter' }))
  assert.equal(await got.Body?.transformToString(), '40')
})

test('of uploads in parts that create the same key exactly one wins', async () => {
  const Key = 'race-parts'
  const uploads = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
      const part = { Bucket, Key, UploadId, PartNumber: 1, Body: `upload ${i}` }
      const { ETag } = await s3.send(new UploadPartCommand(part))
      return { Bucket, Key, UploadId, IfNoneMatch: '*', MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }
    }),
  )
  const answers = await Promise.all(
    uploads.map((input) => statusOf(s3.send(new CompleteMultipartUploadCommand(input)))),
  )
  assert.equal(answers.filter((status) => status === 200).length, 1, answers.join(' '))
})

test('a copy obeys conditions on its source and on its destination', async () => {
  const ETag = await put('copy-source', 'x')
  await put('copy-there', 'old')
  const copy = (Key: string, condition: object) =>
    statusOf(s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/copy-source`, ...condition })))
  assert.equal(await copy('copy-1', { CopySourceIfMatch: ETag }), 200)
  assert.equal(await copy('copy-2', { CopySourceIfMatch: noETag }), 412)
  assert.equal(await copy('copy-3', { CopySourceIfNoneMatch: ETag }), 412)
  assert.equal(await copy('copy-4', { CopySourceIfModifiedSince: past }), 200)
  assert.equal(await copy('copy-5', { CopySourceIfUnmodifiedSince: past }), 412)
  assert.equal(await copy('copy-there', { IfNoneMatch: '*' }), 412)
  assert.equal(await copy('copy-there', { IfMatch: noETag }), 412)
  assert.equal(await copy('copy-6', { IfNoneMatch: '*' }), 200)
})

test('DELETE with If-Match deletes only that version', async () => {
  const ETag = await put('delete', 'x')
  const remove = (IfMatch: string) => statusOf(s3.send(new DeleteObjectCommand({ Bucket, Key: 'delete', IfMatch })))
  assert.equal(await remove(noETag), 412)
  assert.equal(await statusOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'delete' }))), 200)
  assert.equal(await remove(ETag), 200)
  assert.equal(await statusOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'delete' }))), 404)
})

test('a reader sees one version whole while writers replace it', async () => {
  const bodies = [patterned(700_000, 1), patterned(700_001, 2), patterned(5, 3)]
  await s3.send(new PutObjectCommand({ Bucket, Key: 'torn', Body: bodies[0] ?? '' }))
  const writing = new AbortController()
  const writer = async (Body: Buffer): Promise<void> => {
    for (let i = 0; i < 15; i++) await s3.send(new PutObjectCommand({ Bucket, Key: 'torn', Body }))
  }
  const reader = async (): Promise<void> => {
    while (!writing.signal.aborted) {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'torn' }))
      const bytes = (await got.Body?.transformToByteArray()) ?? Buffer.alloc(0)
      assert.ok(
        bodies.some((body) => Buffer.compare(body, bytes) === 0),
        `${bytes.length} bytes of no version`,
      )
    }
  }
  const readers = [reader(), reader()]
  await Promise.all(bodies.map(writer))
  writing.abort()
  await Promise.all(readers)
})
