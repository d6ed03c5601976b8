/** URLs that carry their own signature, made by AWS's SDK or by hand, used with fetch as a browser would. */
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientFor } from '../harness/client.ts'
import { bucketName } from '../harness/names.ts'
import { presign, send } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const Bucket = bucketName('presigned')
let server: TestServer
let s3: ReturnType<typeof clientFor>

before(async () => {
  server = await startServer({ env: { ENTREPOT_SIG_V2_HEADER: 'true' } })
  s3 = clientFor(server)
  await s3.send(new CreateBucketCommand({ Bucket }))
})
after(async () => {
  s3?.destroy()
  await server?.stop()
})

test('a presigned PUT stores and a presigned GET reads, again and again', async () => {
  const Key = 'dir/a b+c ü.txt'
  const putUrl = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key }), { expiresIn: 60 })
  for (const body of ['first', 'second']) {
    const put = await fetch(putUrl, { method: 'PUT', body, headers: { 'content-type': 'text/plain' } })
    assert.equal(put.status, 200, await put.text())
  }
  const getUrl = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 })
  for (let i = 0; i < 2; i++) assert.equal(await (await fetch(getUrl)).text(), 'second')
})

test('the type that a presigned PUT is sent with is kept', async () => {
  const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'typed' }), { expiresIn: 60 })
  await fetch(url, { method: 'PUT', body: 'x', headers: { 'content-type': 'video/mp2t' } })
  assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'typed' }))).ContentType, 'video/mp2t')
})

test('a checksum that a presigned PUT has among its signed headers is checked', async () => {
  const ChecksumSHA256 = 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='
  const signedHeaders = new Set(['x-amz-checksum-sha256'])
  const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'sealed', ChecksumSHA256 }), {
    expiresIn: 60,
    unhoistableHeaders: signedHeaders,
  })
  const put = (body: string) =>
    fetch(url, { method: 'PUT', body, headers: { 'x-amz-checksum-sha256': ChecksumSHA256 } })
  const bad = await put('abd')
  assert.equal(bad.status, 400, await bad.text())
  const good = await put('abc')
  assert.equal(good.status, 200, await good.text())
})

test('the checksum of an empty body, which the SDK puts into the query of every presigned PUT, is not taken for the body’s', async () => {
  const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'unsealed' }), { expiresIn: 60 })
  assert.match(url, /x-amz-checksum-crc32=AAAAAA/)
  assert.equal((await fetch(url, { method: 'PUT', body: 'not empty' })).status, 200)
})

test('response overrides that are part of the signature are obeyed, and one added later is refused', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'overridden', Body: 'x' }))
  const command = new GetObjectCommand({ Bucket, Key: 'overridden', ResponseContentType: 'text/x-special' })
  const url = await getSignedUrl(s3, command, { expiresIn: 60 })
  assert.equal((await fetch(url)).headers.get('content-type'), 'text/x-special')
  const added = await fetch(`${url}&response-content-disposition=attachment`)
  assert.equal(added.status, 403)
})

test('an URL is good until it expires', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'brief', Body: 'x' }))
  const url = presign(server, { path: `/${Bucket}/brief`, expires: '1' })
  await sleep(2100)
  const late = await fetch(url)
  assert.equal(late.status, 403)
  assert.match(await late.text(), /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>/)
})

for (const sign of ['query4', 'query2'] as const) {
  test(`a ${sign} URL serves its method and key, and no other`, async () => {
    const path = `/${Bucket}/only-this`
    await s3.send(new PutObjectCommand({ Bucket, Key: 'only-this', Body: 'this' }))
    const url = presign(server, { path, sign })
    assert.equal(await (await fetch(url)).text(), 'this')
    for (const method of ['PUT', 'DELETE']) assert.equal((await fetch(url, { method })).status, 403, method)
    assert.equal((await fetch(url.replace('only-this', 'other'))).status, 403)
    assert.equal((await send(server, { path })).text, 'this', 'nothing has been changed')
  })

  test(`a ${sign} URL to put is used with any body`, async () => {
    const url = presign(server, { method: 'PUT', path: `/${Bucket}/put-${sign}`, sign })
    const answer = await fetch(url, { method: 'PUT', body: Buffer.from('any body') })
    assert.equal(answer.status, 200, await answer.text())
    assert.equal((await send(server, { path: `/${Bucket}/put-${sign}` })).text, 'any body')
  })
}

test('the Authorization header of version 2 signs too', async () => {
  const put = await send(server, {
    method: 'PUT',
    path: `/${Bucket}/v2%20key`,
    sign: 'header2',
    headers: { 'content-type': 'text/plain', 'x-amz-meta-a': 'b' },
    body: 'by version 2',
  })
  assert.equal(put.status, 200, put.text)
  assert.equal((await send(server, { path: `/${Bucket}/v2%20key`, sign: 'header2' })).text, 'by version 2')
  const list = await send(server, { path: `/${Bucket}`, query: 'prefix=v2&uploads', sign: 'header2' })
  assert.equal(list.status, 200, list.text)
})
