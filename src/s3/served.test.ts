import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountId, makeFront, otherAccountId, type Sent } from './test-bed.ts'

/** Each sent when `photos/k` is there, and what it is found to be: operation, bucket, key and error. */
const requests: readonly (readonly [line: string, found: readonly (string | undefined)[], sent?: Sent])[] = [
  ['GET /photos/k', ['GetObject', 'photos', 'k', undefined]],
  ['HEAD /photos/k', ['HeadObject', 'photos', 'k', undefined]],
  ['PUT /photos/%C3%B6%20b', ['PutObject', 'photos', 'ö b', undefined]],
  ['GET /photos?list-type=2', ['ListObjectsV2', 'photos', undefined, undefined]],
  ['GET /', ['ListBuckets', undefined, undefined, undefined]],
  ['GET /photos/none', ['GetObject', 'photos', 'none', 'NoSuchKey']],
  ['GET /nothing/k', ['GetObject', undefined, 'k', 'NoSuchBucket']],
  ['GET /photos/k?torrent', ['GetObjectTorrent', 'photos', 'k', 'NoSuchKey']],
  ['PUT /photos?website', ['Unserved', 'photos', undefined, 'NotImplemented']],
  ['PATCH /photos', ['Unserved', 'photos', undefined, 'MethodNotAllowed']],
  ['GET /photos/%', ['Unserved', undefined, undefined, 'InvalidURI']],
  ['GET /photos/k', ['GetObject', 'photos', 'k', 'AccessDenied'], { account: otherAccountId }],
  ['OPTIONS /photos/k', ['Preflight', 'photos', 'k', 'BadRequest']],
]
for (const [line, expected, sent] of requests) {
  test(`${line} is told as ${expected.map(String).join(', ')}`, async () => {
    const { send, served } = await makeFront()
    await send('PUT /photos/k', { body: 'content' })
    await send(line, sent)
    const { operation, bucket, key, errorCode, front } = served.at(-1)!
    assert.deepEqual([operation, bucket?.name, key, errorCode], expected)
    assert.equal(front, 's3')
  })
}

test('who asks is told where that was proved', async () => {
  const { send, served } = await makeFront()
  await send('GET /photos')
  assert.deepEqual([served[0]?.accountId, served[0]?.accessKeyId, served[0]?.userId], [accountId, 'AKIA', undefined])
  assert.equal(served[0]?.bucket?.accountId, accountId)
})

test('that nothing has changed is no error', async () => {
  const { send, served } = await makeFront()
  const { headers } = await send('PUT /photos/k', { body: 'content' })
  const { status } = await send('GET /photos/k', { headers: { 'if-none-match': headers['etag']! } })
  assert.deepEqual([status, served.at(-1)?.errorCode], [304, undefined])
})
