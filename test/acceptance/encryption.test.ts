/** AWS's SDK for JavaScript: objects encrypted with the server's keys (SSE-S3) and with the client's (SSE-C). */
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCopyCommand,
  CompleteMultipartUploadCommand,
  type S3ServiceException,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { clientFor } from '../harness/client.ts'
import { bucketName, patterned } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const MiB = 1024 * 1024
const Bucket = bucketName('sealed')
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

const md5 = (bytes: Uint8Array, encoding: 'hex' | 'base64'): string => createHash('md5').update(bytes).digest(encoding)

interface CustomerKey {
  readonly SSECustomerAlgorithm: 'AES256'
  readonly SSECustomerKey: string
  readonly SSECustomerKeyMD5: string
}

function makeKey(): CustomerKey {
  const key = randomBytes(32)
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: key.toString('base64'),
    SSECustomerKeyMD5: md5(key, 'base64'),
  }
}
const [keyA, keyB] = [makeKey(), makeKey()]
const ofSource = (key: CustomerKey) => ({
  CopySourceSSECustomerAlgorithm: key.SSECustomerAlgorithm,
  CopySourceSSECustomerKey: key.SSECustomerKey,
  CopySourceSSECustomerKeyMD5: key.SSECustomerKeyMD5,
})

async function read(Key: string, more: object = {}): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))
  return Body!.transformToByteArray()
}

const same = (a: Uint8Array, b: Uint8Array): void =>
  assert.equal(Buffer.compare(a, b), 0, `${a.length} bytes against ${b.length}`)

const refusal =
  (status: number, name?: string) =>
  (error: unknown): boolean => {
    const { $metadata, name: actual } = error as S3ServiceException
    return $metadata.httpStatusCode === status && (name === undefined || actual === name)
  }

for (const size of [0, 1, 20_000, 3 * MiB]) {
  test(`an object of ${size} bytes is encrypted with a key of the server, and its ETag is its MD5`, async () => {
    const [Key, Body] = [`server-${size}`, patterned(size)]
    const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body, ServerSideEncryption: 'AES256' }))
    assert.deepEqual([put.ServerSideEncryption, put.ETag], ['AES256', `"${md5(Body, 'hex')}"`])
    same(await read(Key), Body)
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ServerSideEncryption, 'AES256')
  })

  test(`an object of ${size} bytes is encrypted with the client's key, and read with that key only`, async () => {
    const [Key, Body] = [`client-${size}`, patterned(size)]
    const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...keyA }))
    assert.deepEqual(
      [put.SSECustomerAlgorithm, put.SSECustomerKeyMD5, put.ServerSideEncryption],
      ['AES256', keyA.SSECustomerKeyMD5, undefined],
    )
    assert.notEqual(put.ETag, `"${md5(Body, 'hex')}"`)
    same(await read(Key, keyA), Body)
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ...keyA }))
    assert.deepEqual([head.ContentLength, head.ETag, head.SSECustomerKeyMD5], [size, put.ETag, keyA.SSECustomerKeyMD5])
    await assert.rejects(read(Key), refusal(400, 'InvalidRequest'))
    await assert.rejects(read(Key, keyB), refusal(403, 'AccessDenied'))
    await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key })), refusal(400))
    await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key, ...keyB })), refusal(403))
  })
}

test("a bucket's default encrypts what says nothing, and when it is gone what it encrypted is read", async () => {
  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }]
  await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }))
  const told = await s3.send(new GetBucketEncryptionCommand({ Bucket }))
  assert.equal(
    told.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
    'AES256',
  )
  const Body = patterned(50_000)
  assert.equal((await s3.send(new PutObjectCommand({ Bucket, Key: 'default', Body }))).ServerSideEncryption, 'AES256')
  await s3.send(new DeleteBucketEncryptionCommand({ Bucket }))
  const after = await s3.send(new PutObjectCommand({ Bucket, Key: 'after', Body }))
  assert.equal(after.ServerSideEncryption, undefined)
  same(await read('default'), Body)
  assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'default' }))).ServerSideEncryption, 'AES256')
})

for (const [name, asks, key] of [
  ["the server's keys", { ServerSideEncryption: 'AES256' }, {}],
  ["the client's key", keyA, keyA],
] as const) {
  test(`lib-storage uploads in parts with ${name}; ranges and parts are read of it`, async () => {
    const [Key, Body] = [`parts-${name}`, patterned(12 * MiB + 5)]
    const upload = new Upload({ client: s3, partSize: 5 * MiB, params: { Bucket, Key, Body, ...asks } })
    const { ETag } = await upload.done()
    assert.match(ETag!, /-3"$/)
    same(await read(Key, key), Body)
    for (const [start, end] of [
      [0, 1],
      [262_000, 600_000],
      [5 * MiB - 1, 5 * MiB + 1],
      [12 * MiB, 12 * MiB + 5],
    ] as const) {
      same(await read(Key, { ...key, Range: `bytes=${start}-${end - 1}` }), Body.subarray(start, end))
    }
    same(await read(Key, { ...key, PartNumber: 2 }), Body.subarray(5 * MiB, 10 * MiB))
    const asked = { Bucket, Key, ...key, ObjectAttributes: ['ETag', 'ObjectParts'] as ('ETag' | 'ObjectParts')[] }
    const attributes = await s3.send(new GetObjectAttributesCommand(asked))
    assert.deepEqual([`"${attributes.ETag}"`, attributes.ObjectParts?.TotalPartsCount], [ETag, 3])
  })
}

const states = {
  'no encryption': { asks: {}, key: {}, source: {} },
  "the server's keys": { asks: { ServerSideEncryption: 'AES256' as const }, key: {}, source: {} },
  "the client's key": { asks: keyA, key: keyA, source: ofSource(keyA) },
  'another key of the client': { asks: keyB, key: keyB, source: ofSource(keyB) },
}
for (const [fromName, from] of Object.entries(states)) {
  for (const [toName, to] of Object.entries(states)) {
    test(`a copy from ${fromName} to ${toName}, whole and as a part`, async () => {
      const Body = patterned(700_000)
      await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body, ...from.asks }))
      const CopySource = `${Bucket}/source`
      const copied = await s3.send(
        new CopyObjectCommand({ Bucket, Key: 'copy', CopySource, ...from.source, ...to.asks }),
      )
      const plainEtag = `"${md5(Body, 'hex')}"`
      assert.equal(copied.CopyObjectResult?.ETag === plainEtag, !('SSECustomerKey' in to.key))
      same(await read('copy', to.key), Body)
      const target = { Bucket, Key: 'part' }
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...target, ...to.asks }))
      const part = await s3.send(
        new UploadPartCopyCommand({
          ...target,
          UploadId,
          PartNumber: 1,
          CopySource,
          CopySourceRange: 'bytes=3-600000',
          ...from.source,
          ...to.key,
        }),
      )
      const Parts = [{ PartNumber: 1, ETag: part.CopyPartResult?.ETag }]
      await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts }, ...to.key }))
      same(await read('part', to.key), Body.subarray(3, 600_001))
      same(await read('source', from.key), Body)
    })
  }
}

test('every version has the encryption that it was written with', async () => {
  const own = bucketName('versions')
  await s3.send(new CreateBucketCommand({ Bucket: own }))
  await s3.send(new PutBucketVersioningCommand({ Bucket: own, VersioningConfiguration: { Status: 'Enabled' } }))
  const written: { VersionId: string | undefined; key: object; Body: Uint8Array }[] = []
  for (const { asks, key } of Object.values(states)) {
    const Body = randomBytes(1000)
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: own, Key: 'k', Body, ...asks }))
    written.push({ VersionId, key, Body })
  }
  for (const { VersionId, key, Body } of written) same(await read('k', { Bucket: own, VersionId, ...key }), Body)
})

test("a presigned URL is good for the client's key in headers, and for nothing without it", async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'presigned', Body: 'kitten', ...keyA }))
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'presigned', ...keyA }), {
    unhoistableHeaders: new Set([
      'x-amz-server-side-encryption-customer-algorithm',
      'x-amz-server-side-encryption-customer-key',
      'x-amz-server-side-encryption-customer-key-md5',
    ]),
  })
  assert.ok(!url.includes(encodeURIComponent(keyA.SSECustomerKey)))
  const headers = {
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': keyA.SSECustomerKey,
    'x-amz-server-side-encryption-customer-key-md5': keyA.SSECustomerKeyMD5,
  }
  const answer = await fetch(url, { headers })
  assert.deepEqual([answer.status, await answer.text()], [200, 'kitten'])
  const without = await fetch(url)
  assert.ok(without.status >= 400)
  await without.arrayBuffer()
})

test('a key service is refused aloud', async () => {
  const put = new PutObjectCommand({ Bucket, Key: 'kms', Body: 'x', ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'k' })
  await assert.rejects(clientFor(server, { maxAttempts: 1 }).send(put), refusal(501, 'NotImplemented'))
  await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key: 'kms' })), refusal(404))
})

test('what is encrypted is read after a restart', async (context) => {
  if (server.external) return context.skip('the server is not ours')
  const Body = patterned(400_000)
  await s3.send(new PutObjectCommand({ Bucket, Key: 'lasting', Body, ServerSideEncryption: 'AES256' }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'lasting-too', Body, ...keyA }))
  await server.restart()
  same(await read('lasting'), Body)
  same(await read('lasting-too', keyA), Body)
})
