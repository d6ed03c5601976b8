import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPresign, type PresignOrder } from './presign.ts'
import { accountId, makeFront } from './test-bed.ts'

const credential = { accessKeyId: 'AKIATEST', secret: 'a secret of some length', accountId }
const find = (id: string) => (id === credential.accessKeyId ? credential : undefined)

async function makePresigner() {
  const front = await makeFront({ findCredential: () => find })
  const presign = createPresign(find, front.clock)
  const make = (order: Partial<PresignOrder> = {}): Promise<string> =>
    presign({
      ...{ origin: 'http://us-east-1.s3.test:9000', accessKeyId: credential.accessKeyId, method: 'GET' },
      ...{ bucket: 'photos', region: 'us-east-1', key: 'a', expiresSeconds: 60, query: {} },
      ...order,
    })
  /** What S3 answers whoever has the URL. */
  const open = (method: string, text: string, body = '') => {
    const { host, pathname, search } = new URL(text)
    return front.send(`${method} ${pathname}${search}`, { host, body })
  }
  return { ...front, make, open }
}

const keys = [
  'a',
  'a b',
  'ü/日本.jpg',
  "a+b&c=d?e#f%41;:@!$'()*,~",
  'a//b/',
  '/a',
  '%2F',
  '%',
  'a\\b',
  '\u{1f600}',
  '../a',
  'a/./../b',
]

for (const key of keys) {
  test(`the key ${JSON.stringify(key)} is put and got with presigned URLs`, async () => {
    const { make, open } = await makePresigner()
    const put = await open('PUT', await make({ key, method: 'PUT' }), `text of ${key}`)
    assert.equal(put.status, 200, put.text)
    assert.equal((await open('GET', await make({ key }))).text, `text of ${key}`)
    assert.equal((await open('HEAD', await make({ key, method: 'HEAD' }))).status, 200)
    assert.equal((await open('DELETE', await make({ key, method: 'DELETE' }))).status, 204)
    assert.equal((await open('GET', await make({ key }))).outcome, '404 NoSuchKey')
  })
}

test('what else the URL says is signed with it', async () => {
  const { make, open } = await makePresigner()
  await open('PUT', await make({ method: 'PUT' }), 'text')
  const query = {
    'response-content-disposition': 'attachment; filename="a b+c.txt"',
    'response-content-type': 'text/x; charset=utf-8',
  }
  const url = await make({ query })
  const { headers } = await open('GET', url)
  assert.equal(headers['content-disposition'], query['response-content-disposition'])
  assert.equal(headers['content-type'], query['response-content-type'])
  assert.equal((await open('GET', url.replace('filename', 'filemane'))).outcome, '403 SignatureDoesNotMatch')
  assert.equal((await open('GET', `${url}&response-expires=0`)).outcome, '403 SignatureDoesNotMatch')
})

test('a URL opens what it was made for, and nothing else', async () => {
  const { make, open } = await makePresigner()
  await open('PUT', await make({ method: 'PUT' }), 'text')
  const url = await make()
  assert.equal((await open('GET', url)).text, 'text')
  for (const [method, changed] of [
    ['PUT', url],
    ['DELETE', url],
    ['GET', url.replace('/photos/a', '/photos/b')],
    ['GET', url.replace('us-east-1.s3.test', 's3.test')],
    ['GET', url.replace('Expires=60', 'Expires=61')],
    ['GET', url.replace(/Signature=./, 'Signature=x')],
  ] as const)
    assert.match((await open(method, changed)).outcome, /^403/, `${method} ${changed}`)
})

test('it expires', async () => {
  const { make, open, clock } = await makePresigner()
  await open('PUT', await make({ method: 'PUT' }), 'text')
  const url = await make({ expiresSeconds: 60 })
  clock.ms += 59_000
  assert.equal((await open('GET', url)).status, 200)
  clock.ms += 2000
  assert.equal((await open('GET', url)).outcome, '403 AccessDenied')
})

test('its region is signed: another one is refused', async () => {
  const { make, open } = await makePresigner()
  await open('PUT', await make({ method: 'PUT' }), 'text')
  assert.match((await open('GET', await make({ region: 'eu-1' }))).outcome, /^400 Authorization/)
})

test('the path that a proxy puts in front is part of it', async () => {
  const { make } = await makePresigner()
  const url = new URL(await make({ origin: 'https://example.com/storage', key: 'a b' }))
  assert.equal(url.origin + url.pathname, 'https://example.com/storage/photos/a%20b')
})

test('a key that is not there, or not active, signs nothing', async () => {
  const { make } = await makePresigner()
  await assert.rejects(make({ accessKeyId: 'AKIANONE' }), { code: 'InvalidAccessKeyId' })
})
