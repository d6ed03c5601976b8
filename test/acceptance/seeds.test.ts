/** The samples of vendors' documentation for Node, as they stand there but for endpoint and keys, and the raw calls that older clients make. */
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { bucketName } from '../harness/names.ts'
import { element, elements, send } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'

let server: TestServer

before(async () => {
  server = await startServer()
})
after(() => server?.stop())

test('L-18: Selectel’s sample for Node', async () => {
  const s3 = new S3Client({
    region: server.region,
    endpoint: server.endpoint,
    apiVersion: 'latest',
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
  })
  const bucketName = `test-bucket-${Date.now()}`
  const fileName = 'test-file.txt'
  await s3.send(new CreateBucketCommand({ Bucket: bucketName }))
  await s3.send(new PutObjectCommand({ Bucket: bucketName, Key: fileName, Body: 'Hello JavaScript SDK!' }))
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucketName, Key: fileName }))
  assert.equal(await Body?.transformToString(), 'Hello JavaScript SDK!')
  const paginator = paginateListObjectsV2({ client: s3 }, { Bucket: bucketName })
  let deleted = 0
  for await (const page of paginator) {
    for (const object of page.Contents ?? []) {
      await s3.send(new DeleteObjectCommand({ Bucket: bucketName, Key: object.Key }))
      deleted++
    }
  }
  assert.equal(deleted, 1)
  await s3.send(new DeleteBucketCommand({ Bucket: bucketName }))
})

test('L-13: a raw listing of version 1 has Contents only where there is something', async () => {
  const path = `/${bucketName('raw')}`
  await send(server, { method: 'PUT', path })
  const empty = await send(server, { path })
  assert.equal(empty.headers['content-type'], 'application/xml')
  assert.match(
    empty.text,
    /^<\?xml version="1.0" encoding="UTF-8"\?>\s*<ListBucketResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/,
  )
  assert.doesNotMatch(empty.text, /<Contents>/)
  assert.deepEqual([element(empty.text, 'MaxKeys'), element(empty.text, 'IsTruncated')], ['1000', 'false'])
  for (const key of ['b', 'a%20%3C%26%3E', 'c%2Fd']) await send(server, { method: 'PUT', path: `${path}/${key}` })
  const three = await send(server, { path })
  assert.deepEqual(elements(three.text, 'Key'), ['a <&>', 'b', 'c/d'])
})

// Neither SDK comes as a Debian package, so the requests that the samples make are sent as those SDKs write them.
test('L-17: Selectel’s sample for PHP, by its requests', async () => {
  const bucket = `/${bucketName('php')}`
  await send(server, { method: 'PUT', path: bucket })
  const headers = {
    'aws-sdk-invocation-id': '0f0ba5b3a5b14ab5e5bd3cd9ee3e4f1e',
    'aws-sdk-retry': '0/0',
    'x-amz-user-agent': 'aws-sdk-php/3.337.3 ua/2.1 OS/Linux#6.1 lang/php#8.2',
  }
  const put = await send(server, { method: 'PUT', path: `${bucket}/ObjectName`, headers, body: 'Test' })
  assert.equal(put.status, 200, put.text)
  const got = await send(server, { path: `${bucket}/ObjectName`, headers })
  assert.deepEqual([got.status, got.text], [200, 'Test'])
})

test('L-19: Selectel’s sample for Java, by its requests', async () => {
  const bucket = `/${bucketName('java')}`
  const headers = {
    'amz-sdk-invocation-id': '5c8bd8c1-0c6e-4d8d-9f9a-0c2fd3f7e0ad',
    'amz-sdk-retry': '0/0/500',
    'content-type': 'application/octet-stream',
  }
  // doesBucketExistV2 asks for the ACL, and takes 404 NoSuchBucket for no.
  const exists = await send(server, { path: `${bucket}/`, query: 'acl', headers })
  assert.deepEqual([exists.status, exists.code], [404, 'NoSuchBucket'], exists.text)
  const created = await send(server, { method: 'PUT', path: `${bucket}/`, headers })
  assert.equal(created.status, 200, created.text)
  const plain = {
    ...headers,
    'content-type': 'text/plain',
    'content-md5': createHash('md5').update('sample-data').digest('base64'),
  }
  const put = await send(server, { method: 'PUT', path: `${bucket}/s3object`, headers: plain, body: 'sample-data' })
  assert.equal(put.headers['etag'], `"${createHash('md5').update('sample-data').digest('hex')}"`)
  const got = await send(server, { path: `${bucket}/s3object`, headers })
  assert.deepEqual([got.status, got.text], [200, 'sample-data'])
  assert.equal((await send(server, { method: 'DELETE', path: `${bucket}/s3object`, headers })).status, 204)
  assert.equal((await send(server, { method: 'DELETE', path: `${bucket}/`, headers })).status, 204)
})

test('Q-EP: every answer has its request id, twice named', async () => {
  for (const answer of [await send(server, { path: '/' }), await send(server, { path: '/none', sign: 'none' })]) {
    assert.match(String(answer.headers['x-amz-request-id']), /^[0-9A-F]{16}$/)
    assert.ok(answer.headers['x-amz-id-2'])
    if (answer.status !== 200) assert.equal(element(answer.text, 'RequestId'), answer.headers['x-amz-request-id'])
  }
})

test('L-3: nobody is let in without a signature', async () => {
  for (const path of ['/', '/bucket', '/bucket/key']) {
    const answer = await send(server, { path, sign: 'none' })
    assert.deepEqual([answer.status, answer.code], [403, 'AccessDenied'], path)
  }
})

test('an operation that is not served is refused aloud and never taken for another', async () => {
  const path = `/${bucketName('unserved')}`
  await send(server, { method: 'PUT', path })
  await send(server, { method: 'PUT', path: `${path}/key`, body: 'kept' })
  for (const [method, target, query] of [
    ['PUT', `${path}/key`, 'acl'],
    ['PUT', `${path}/key`, 'tagging'],
    ['PUT', path, 'versioning'],
    ['PUT', path, 'lifecycle'],
    ['GET', path, 'website'],
    ['DELETE', path, 'cors'],
    ['POST', `${path}/key`, 'restore'],
    ['GET', `${path}/key`, 'torrent'],
  ] as const) {
    const answer = await send(server, { method, path: target, query, body: method === 'PUT' ? '<x/>' : '' })
    assert.deepEqual([answer.status, answer.code], [501, 'NotImplemented'], `${method} ${target}?${query}`)
  }
  assert.equal((await send(server, { path: `${path}/key` })).text, 'kept')
})
