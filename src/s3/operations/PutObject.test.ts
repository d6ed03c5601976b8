import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { checksumAlgorithms, checksumOf } from '../../base/checksum/checksum.ts'
import { makeFront, otherAccountId } from '../test-bed.ts'
import {
  allowOther,
  inDays,
  makeLockedFront,
  makeVersionedFront,
  putVersion,
  setVersioning,
} from '../versioned.fixture.ts'

const md5 = (text: string, encoding: 'hex' | 'base64'): string => createHash('md5').update(text).digest(encoding)

test('PutObject answers the ETag and keeps headers and metadata as sent', async () => {
  const { send } = await makeFront()
  const headers = {
    'content-type': 'video/mp4',
    'cache-control': 'max-age=10',
    'content-disposition': 'inline',
    'content-encoding': 'aws-chunked,gzip',
    'content-language': 'nl',
    expires: 'Thu, 01 Jan 2032 00:00:00 GMT',
    'x-amz-meta-title': 'Kitten',
  }
  const put = await send('PUT /photos/k', { headers, body: 'kitten' })
  assert.deepEqual([put.status, put.headers['etag'], put.text], [200, `"${md5('kitten', 'hex')}"`, ''])
  const head = await send('HEAD /photos/k')
  const { 'content-encoding': _coding, ...same } = headers
  for (const [name, value] of Object.entries(same)) assert.equal(head.headers[name], value, name)
  assert.equal(head.headers['content-encoding'], 'gzip')
})

for (const algorithm of checksumAlgorithms) {
  const header = `x-amz-checksum-${algorithm.toLowerCase()}`
  test(`PutObject checks and keeps ${algorithm}`, async () => {
    const { send } = await makeFront()
    const value = checksumOf(algorithm, Buffer.from('kitten')).toString('base64')
    const put = await send('PUT /photos/k', { headers: { [header]: value }, body: 'kitten' })
    assert.deepEqual([put.status, put.headers[header]], [200, value])
    const shown = await send('HEAD /photos/k', { headers: { 'x-amz-checksum-mode': 'ENABLED' } })
    assert.deepEqual([shown.headers[header], shown.headers['x-amz-checksum-type']], [value, 'FULL_OBJECT'])
    assert.equal((await send('HEAD /photos/k')).headers[header], undefined)
    const other = checksumOf(algorithm, Buffer.from('kitteN')).toString('base64')
    const bad = await send('PUT /photos/bad', { headers: { [header]: other }, body: 'kitten' })
    assert.deepEqual([bad.status, bad.element('Code')], [400, 'BadDigest'])
    assert.equal((await send('HEAD /photos/bad')).status, 404)
  })
}

const right = md5('kitten', 'base64')
const refused: readonly (readonly [name: string, headers: Record<string, string>, status: number, code: string])[] = [
  ['a wrong Content-MD5', { 'content-md5': md5('dog', 'base64') }, 400, 'BadDigest'],
  ['a Content-MD5 that is none', { 'content-md5': 'x' }, 400, 'InvalidDigest'],
  ['a checksum that is none', { 'x-amz-checksum-crc32': 'AAAA' }, 400, 'InvalidRequest'],
  ['two checksums', { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' }, 400, 'InvalidRequest'],
  ['an algorithm without its checksum', { 'x-amz-sdk-checksum-algorithm': 'SHA256' }, 400, 'InvalidRequest'],
  ['metadata over 2 KB', { 'x-amz-meta-a': 'x'.repeat(2048) }, 400, 'MetadataTooLarge'],
  ['a public ACL', { 'x-amz-acl': 'public-read' }, 400, 'AccessControlListNotSupported'],
  ['a grant', { 'x-amz-grant-read': 'id=x' }, 400, 'AccessControlListNotSupported'],
  ['a key service', { 'x-amz-server-side-encryption': 'aws:kms' }, 501, 'NotImplemented'],
  ['tags that are none', { 'x-amz-tagging': '=b' }, 400, 'InvalidTag'],
  ['a website redirect', { 'x-amz-website-redirect-location': '/x' }, 501, 'NotImplemented'],
  ['a lock in a bucket that has none', { 'x-amz-object-lock-legal-hold': 'ON' }, 400, 'InvalidRequest'],
  ['another storage class', { 'x-amz-storage-class': 'GLACIER' }, 501, 'NotImplemented'],
  [
    'an algorithm without its key',
    { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' },
    400,
    'InvalidArgument',
  ],
  ['a storage class that is none', { 'x-amz-storage-class': 'COLD' }, 400, 'InvalidStorageClass'],
  ['an append to what is not there', { 'x-amz-write-offset-bytes': '6' }, 404, 'NoSuchKey'],
  ['If-Match on what is not there', { 'if-match': '*' }, 404, 'NoSuchKey'],
  ["another account's bucket", { 'x-amz-expected-bucket-owner': 'c'.repeat(64) }, 403, 'AccessDenied'],
]
for (const [name, headers, status, code] of refused) {
  test(`PutObject with ${name} is ${code}, and nothing is stored`, async () => {
    const { send } = await makeFront()
    const answer = await send('PUT /photos/k', { headers, body: 'kitten' })
    assert.deepEqual([answer.status, answer.element('Code')], [status, code])
    assert.equal((await send('HEAD /photos/k')).status, 404)
  })
}

test('PutObject takes what says that the owner alone owns', async () => {
  const { send } = await makeFront()
  for (const acl of ['private', 'bucket-owner-full-control']) {
    const headers = { 'x-amz-acl': acl, 'content-md5': right, 'x-amz-storage-class': 'STANDARD' }
    assert.equal((await send('PUT /photos/k', { headers, body: 'kitten' })).status, 200)
  }
})

const conditions: readonly (readonly [
  headers: (etag: string) => Record<string, string>,
  here: string,
  absent: string,
])[] = [
  [() => ({ 'if-none-match': '*' }), '412 PreconditionFailed', '200'],
  [(etag) => ({ 'if-none-match': etag }), '412 PreconditionFailed', '200'],
  [(etag) => ({ 'if-none-match': etag.replaceAll('"', '') }), '412 PreconditionFailed', '200'],
  [(etag) => ({ 'if-none-match': `"other", ${etag}` }), '412 PreconditionFailed', '200'],
  [() => ({ 'if-none-match': '"other"' }), '200', '200'],
  [() => ({ 'if-match': '*' }), '200', '404 NoSuchKey'],
  [(etag) => ({ 'if-match': etag }), '200', '404 NoSuchKey'],
  [(etag) => ({ 'if-match': etag.replaceAll('"', '') }), '200', '404 NoSuchKey'],
  [() => ({ 'if-match': '"other"' }), '412 PreconditionFailed', '404 NoSuchKey'],
  [(etag) => ({ 'if-match': etag, 'if-none-match': '*' }), '501 NotImplemented', '501 NotImplemented'],
]
for (const [headersOf, here, absent] of conditions) {
  test(`PutObject with ${JSON.stringify(headersOf('etag'))} is ${here} over an object, ${absent} where there is none`, async () => {
    const { send } = await makeFront()
    const etag = (await send('PUT /photos/k', { body: 'old' })).headers['etag']!
    for (const [key, outcome, before] of [
      ['k', here, 'old'],
      ['none', absent, undefined],
    ] as const) {
      assert.equal((await send(`PUT /photos/${key}`, { headers: headersOf(etag), body: 'new' })).outcome, outcome)
      const now = await send(`GET /photos/${key}`)
      assert.equal(now.status === 200 ? now.text : undefined, outcome === '200' ? 'new' : before)
    }
  })
}

test('of many PutObjects that want to be the first, one is', async () => {
  const { send } = await makeFront()
  const bodies = Array.from({ length: 8 }, (_, index) => `writer ${index}, and more than is kept among the records`)
  const answers = await Promise.all(
    bodies.map((body) => send('PUT /photos/k', { headers: { 'if-none-match': '*' }, body })),
  )
  const first = answers.findIndex(({ status }) => status === 200)
  assert.deepEqual(answers.filter(({ status }) => status === 412).length, 7)
  assert.equal((await send('GET /photos/k')).text, bodies[first])
})

test('PutObject takes 5 GiB at most', async () => {
  const { send } = await makeFront()
  const { outcome, element } = await send('PUT /photos/k', { body: 'kitten', contentLength: 5 * 1024 ** 3 + 1 })
  assert.deepEqual(
    [outcome, element('ProposedSize'), element('MaxSizeAllowed')],
    ['400 EntityTooLarge', '5368709121', '5368709120'],
  )
  assert.equal((await send('HEAD /photos/k')).status, 404)
})

const keys: readonly (readonly [key: string, outcome: string])[] = [
  ['k'.repeat(1024), '200'],
  ['k'.repeat(1025), '400 KeyTooLongError'],
  ['%C3%A9'.repeat(512), '200'],
  [`${'%C3%A9'.repeat(512)}k`, '400 KeyTooLongError'],
  ['%F0%9F%98%80', '200'],
  ['%FF', '400 InvalidURI'],
  ['%00', '400 InvalidURI'],
  ['%zz', '400 InvalidURI'],
  ['../k', '200'],
  ['/', '200'],
  ['a+b', '200'],
  ['%0A', '200'],
]
for (const [key, outcome] of keys) {
  test(`PutObject of the key ${key.slice(0, 20)} of ${key.length} characters is ${outcome}`, async () => {
    const { send } = await makeFront()
    assert.equal((await send(`PUT /photos/${key}`, { body: 'kitten' })).outcome, outcome)
    if (outcome === '200') assert.equal((await send(`GET /photos/${key}`)).text, 'kitten')
  })
}

test('PutObject takes 2 KB of metadata, of any characters that a header can have', async () => {
  const { send } = await makeFront()
  const headers = { 'x-amz-meta-a': 'x'.repeat(2048 - 'a'.length - 'b-b'.length - 1), 'x-amz-meta-b-b': '\xe9' }
  assert.equal((await send('PUT /photos/k', { headers, body: 'kitten' })).outcome, '200')
  const head = await send('HEAD /photos/k')
  assert.deepEqual([head.headers['x-amz-meta-a'], head.headers['x-amz-meta-b-b']], Object.values(headers))
  const over = await send('PUT /photos/k', { headers: { ...headers, 'x-amz-meta-b-bb': '\xe9' } })
  assert.deepEqual([over.outcome, over.element('MaxSizeAllowed')], ['400 MetadataTooLarge', '2048'])
})

test('PutObject replaces an object with all that was kept with it', async () => {
  const { send } = await makeFront()
  await send('PUT /photos/k', { headers: { 'x-amz-meta-a': 'b', 'content-type': 'text/plain' }, body: 'old' })
  await send('PUT /photos/k', { body: 'new' })
  const { text, headers } = await send('GET /photos/k')
  assert.deepEqual([text, headers['x-amz-meta-a'], headers['content-type']], ['new', undefined, 'binary/octet-stream'])
})

test('PutObject tells the id of the version where versioning is enabled, and only there', async () => {
  const { send, assertLedger } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'one')
  assert.match(id, /^[0-9a-f]{32}$/)
  await setVersioning(send, 'Suspended')
  const { headers } = await send('PUT /photos/k', { body: 'two' })
  assert.equal(headers['x-amz-version-id'], undefined)
  assert.equal((await send('GET /photos/k?versionId=null')).text, 'two')
  assert.equal((await send(`GET /photos/k?versionId=${id}`)).text, 'one')
  await assertLedger()
})

const lockHeaders: readonly (readonly [headers: (nowMs: number) => Record<string, string>, outcome: string])[] = [
  [(ms) => ({ 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': inDays(ms, 1) }), '200'],
  [(ms) => ({ 'x-amz-object-lock-mode': 'COMPLIANCE', 'x-amz-object-lock-retain-until-date': inDays(ms, 1) }), '200'],
  [() => ({ 'x-amz-object-lock-legal-hold': 'ON' }), '200'],
  [() => ({ 'x-amz-object-lock-legal-hold': 'OFF' }), '200'],
  [() => ({ 'x-amz-object-lock-legal-hold': 'MAYBE' }), '400 InvalidArgument'],
  [() => ({ 'x-amz-object-lock-mode': 'GOVERNANCE' }), '400 InvalidArgument'],
  [(ms) => ({ 'x-amz-object-lock-retain-until-date': inDays(ms, 1) }), '400 InvalidArgument'],
  [
    (ms) => ({ 'x-amz-object-lock-mode': 'governance', 'x-amz-object-lock-retain-until-date': inDays(ms, 1) }),
    '400 InvalidArgument',
  ],
  [
    (ms) => ({ 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': inDays(ms, 0) }),
    '400 InvalidArgument',
  ],
  [() => ({ 'content-md5': '', 'x-amz-object-lock-legal-hold': 'ON' }), '400 InvalidDigest'],
]
for (const [headersOf, outcome] of lockHeaders) {
  test(`PutObject with ${JSON.stringify(headersOf(0))} is ${outcome}`, async () => {
    const { send, clock } = await makeLockedFront()
    const headers = { 'content-md5': right, ...headersOf(clock.ms) }
    assert.equal((await send('PUT /photos/k', { headers, body: 'kitten' })).outcome, outcome)
    const head = await send('HEAD /photos/k')
    assert.equal(head.status, outcome === '200' ? 200 : 404)
    if (outcome !== '200') return
    for (const name of Object.keys(headersOf(0))) assert.equal(head.headers[name], headers[name as never])
  })
}

test('PutObject with a lock must say what it sends', async () => {
  const { send } = await makeLockedFront()
  const headers = { 'x-amz-object-lock-legal-hold': 'ON' }
  assert.equal((await send('PUT /photos/k', { headers, body: 'kitten' })).outcome, '400 InvalidRequest')
})

test('PutObject with tags keeps them', async () => {
  const { send } = await makeFront()
  await putVersion(send, 'k', 'x', { 'x-amz-tagging': 'a=1&b=%2B+c&d' })
  assert.deepEqual((await send('GET /photos/k?tagging')).elements('Value'), ['1', '+ c', ''])
  await putVersion(send, 'k', 'x')
  assert.deepEqual((await send('GET /photos/k?tagging')).elements('Value'), [])
})

test('who may put objects may tag and lock them only with permissions of their own', async () => {
  const { send, clock } = await makeLockedFront()
  const until = inDays(clock.ms, 1)
  const rows = [
    [{ 'x-amz-tagging': 'a=b' }, 's3:PutObjectTagging'],
    [{ 'x-amz-object-lock-legal-hold': 'ON' }, 's3:PutObjectLegalHold'],
    [{ 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': until }, 's3:PutObjectRetention'],
  ] as const
  for (const [asked, action] of rows) {
    const headers = { 'content-md5': right, ...asked }
    const put = async () => (await send('PUT /photos/k', { headers, body: 'kitten', account: otherAccountId })).outcome
    await allowOther(send, 's3:PutObject')
    assert.equal(await put(), '403 AccessDenied')
    await allowOther(send, 's3:PutObject', action)
    assert.equal(await put(), '200')
  }
})
