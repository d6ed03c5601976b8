import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { checksumAlgorithms, checksumOf } from '../../base/checksum/checksum.ts'
import { makeFront, otherAccountId, partSizeMin, putInParts, type Send } from '../test-bed.ts'
import { allowOther, inDays, makeLockedFront, makeVersionedFront, putVersion } from '../versioned.fixture.ts'

const content = 'a body that is too large to be kept among the records'
const md5 = createHash('md5').update(content).digest('hex')
const kept = {
  'content-type': 'video/mp4',
  'cache-control': 'max-age=10',
  'content-disposition': 'inline',
  'content-encoding': 'gzip',
  'content-language': 'nl',
  expires: 'never',
  'x-amz-meta-title': 'Kitten',
}

async function makeSource(body = content) {
  const front = await makeFront()
  const put = await front.send('PUT /photos/k', { body, headers: kept })
  return { ...front, etag: put.headers['etag']! }
}

/** Copies `/photos/k` to `/photos/copy`. */
const copy = (send: Send, headers: Record<string, string> = {}, line = 'PUT /photos/copy') =>
  send(line, { headers: { 'x-amz-copy-source': '/photos/k', ...headers } })

for (const body of [content, 'small', '']) {
  test(`CopyObject copies ${body.length} bytes and all that is kept with them`, async () => {
    const { send, clock, etag } = await makeSource(body)
    clock.ms += 5000
    const { status, text, element } = await copy(send, { 'content-type': 'text/plain', 'x-amz-meta-title': 'Dog' })
    assert.deepEqual([status, element('ETag')], [200, etag.replaceAll('"', '&quot;')])
    assert.match(text, /<CopyObjectResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/)
    assert.equal(element('LastModified'), '2026-11-20T00:00:05.000Z')
    const now = await send('GET /photos/copy')
    assert.equal(now.text, body)
    for (const [name, value] of Object.entries(kept)) assert.equal(now.headers[name], value, name)
    assert.equal((await send('GET /photos/k')).text, body)
  })
}

test('CopyObject lasts when its source is deleted or replaced', async () => {
  const { send, assertLedger } = await makeSource()
  await copy(send)
  await send('PUT /photos/k', { body: 'new' })
  await send('DELETE /photos/k')
  assert.equal((await send('GET /photos/copy')).text, content)
  await assertLedger()
})

test('CopyObject with REPLACE keeps what comes with the request, and nothing else', async () => {
  const { send } = await makeSource()
  await copy(send, { 'x-amz-metadata-directive': 'REPLACE', 'content-language': 'fr', 'x-amz-meta-color': 'red' })
  const { headers, text } = await send('GET /photos/copy')
  assert.equal(text, content)
  assert.deepEqual(
    [headers['content-language'], headers['x-amz-meta-color'], headers['content-type']],
    ['fr', 'red', 'binary/octet-stream'],
  )
  for (const name of ['cache-control', 'x-amz-meta-title', 'expires']) assert.equal(headers[name], undefined, name)
})

const toItself: readonly (readonly [headers: Record<string, string>, outcome: string])[] = [
  [{}, '400 InvalidRequest'],
  [{ 'x-amz-metadata-directive': 'COPY' }, '400 InvalidRequest'],
  [{ 'x-amz-metadata-directive': 'COPY', 'x-amz-meta-color': 'red' }, '400 InvalidRequest'],
  [{ 'x-amz-copy-source': '/photos/k?versionId=null' }, '400 InvalidRequest'],
  [{ 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-color': 'red' }, '200'],
  [{ 'x-amz-metadata-directive': 'REPLACE' }, '200'],
  [{ 'x-amz-storage-class': 'STANDARD' }, '200'],
]
for (const [headers, outcome] of toItself) {
  test(`CopyObject of an object onto itself with ${JSON.stringify(headers)} is ${outcome}`, async () => {
    const { send, clock, buckets } = await makeSource()
    clock.ms += 5000
    assert.equal((await copy(send, headers, 'PUT /photos/k')).outcome, outcome)
    const now = await send('GET /photos/k')
    const replaced = headers['x-amz-metadata-directive'] === 'REPLACE'
    assert.deepEqual(
      [now.text, now.headers['x-amz-meta-title'], now.headers['x-amz-meta-color']],
      [content, replaced ? undefined : 'Kitten', replaced ? headers['x-amz-meta-color'] : undefined],
    )
    assert.equal(now.headers['last-modified'], `Fri, 20 Nov 2026 00:00:0${outcome === '200' ? 5 : 0} GMT`)
    const usage = await buckets.usage(await buckets.get('photos'))
    assert.deepEqual([usage.objects, usage.bytes], [1, content.length])
  })
}

const before = 'Thu, 19 Nov 2026 00:00:00 GMT'
const modified = 'Fri, 20 Nov 2026 00:00:00 GMT'
const sourceConditions: readonly (readonly [headers: (etag: string) => Record<string, string>, met: boolean])[] = [
  [(etag) => ({ 'if-match': etag }), true],
  [(etag) => ({ 'if-match': etag.replaceAll('"', '') }), true],
  [() => ({ 'if-match': '"other"' }), false],
  [(etag) => ({ 'if-none-match': etag }), false],
  [() => ({ 'if-none-match': '"other"' }), true],
  [() => ({ 'if-modified-since': before }), true],
  [() => ({ 'if-modified-since': modified }), false],
  [() => ({ 'if-unmodified-since': before }), false],
  [() => ({ 'if-unmodified-since': modified }), true],
  [(etag) => ({ 'if-match': etag, 'if-unmodified-since': before }), true],
  [(etag) => ({ 'if-none-match': etag, 'if-modified-since': before }), false],
]
for (const [headersOf, met] of sourceConditions) {
  test(`CopyObject from a source with ${JSON.stringify(headersOf('etag'))} ${met ? 'copies' : 'is 412'}`, async () => {
    const { send, etag } = await makeSource()
    const named = Object.entries(headersOf(etag)).map(([name, value]) => [`x-amz-copy-source-${name}`, value] as const)
    const { outcome } = await copy(send, Object.fromEntries(named))
    assert.equal(outcome, met ? '200' : '412 PreconditionFailed')
    assert.equal((await send('HEAD /photos/copy')).status, met ? 200 : 404)
  })
}

const conditions: readonly (readonly [
  headers: (etag: string) => Record<string, string>,
  outcome: string,
  key: string,
])[] = [
  [() => ({ 'if-none-match': '*' }), '200', 'none'],
  [() => ({ 'if-none-match': '*' }), '412 PreconditionFailed', 'other'],
  [(etag) => ({ 'if-none-match': etag }), '412 PreconditionFailed', 'other'],
  [() => ({ 'if-none-match': '"x"' }), '200', 'other'],
  [(etag) => ({ 'if-match': etag }), '200', 'other'],
  [() => ({ 'if-match': '"x"' }), '412 PreconditionFailed', 'other'],
  [() => ({ 'if-match': '*' }), '404 NoSuchKey', 'none'],
  [() => ({ 'if-match': '*', 'if-none-match': '*' }), '501 NotImplemented', 'other'],
]
for (const [headersOf, outcome, key] of conditions) {
  test(`CopyObject to ${key === 'none' ? 'a new key' : 'an object'} with ${JSON.stringify(headersOf('etag'))} is ${outcome}`, async () => {
    const { send } = await makeSource()
    const { headers } = await send('PUT /photos/other', { body: 'other' })
    assert.equal((await copy(send, headersOf(headers['etag']!), `PUT /photos/${key}`)).outcome, outcome)
    const now = await send(`GET /photos/${key}`)
    assert.equal(
      now.status === 200 ? now.text : undefined,
      outcome === '200' ? content : key === 'none' ? undefined : 'other',
    )
  })
}

for (const algorithm of checksumAlgorithms) {
  test(`CopyObject keeps ${algorithm} of the source, and computes it where it is asked for`, async () => {
    const { send } = await makeFront()
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`
    const value = checksumOf(algorithm, Buffer.from(content)).toString('base64')
    const asked = { headers: { 'x-amz-checksum-mode': 'ENABLED' } }
    await send('PUT /photos/k', { body: content })
    const computed = await copy(send, { 'x-amz-checksum-algorithm': algorithm })
    assert.deepEqual(
      [computed.element(`Checksum${algorithm}`), computed.element('ChecksumType')],
      [value, 'FULL_OBJECT'],
    )
    assert.equal((await send('HEAD /photos/copy', asked)).headers[header], value)
    const again = await copy(send, { 'x-amz-copy-source': 'photos/copy' }, 'PUT /photos/again')
    assert.equal(again.element(`Checksum${algorithm}`), value)
    assert.equal((await send('HEAD /photos/again', asked)).headers[header], value)
  })
}

test('CopyObject copies a multipart object, parts and all', async () => {
  const { send } = await makeFront()
  const first = Buffer.alloc(partSizeMin, 'a')
  await putInParts(send, 'k', [first, 'last'])
  assert.equal((await copy(send)).status, 200)
  await send('DELETE /photos/k')
  assert.ok((await send('GET /photos/copy')).text === `${first.toString()}last`)
  const part = await send('GET /photos/copy?partNumber=2')
  assert.deepEqual([part.text, part.headers['x-amz-mp-parts-count']], ['last', '2'])
})

const names: readonly (readonly [source: string, outcome: string])[] = [
  ['photos/k', '200'],
  ['/photos/k', '200'],
  ['photos%2Fk', '200'],
  ['/photos/k?versionId=null', '200'],
  ['/photos/k?versionId=x', '400 InvalidArgument'],
  [`/photos/k?versionId=${'0'.repeat(32)}`, '404 NoSuchVersion'],
  ['/photos/k?versionId=', '400 InvalidArgument'],
  ['/photos/%E2%82%AC%20%3FversionId%3Dx', '200'],
  ['/photos/€ %3FversionId=x', '200'],
  ['/photos/none', '404 NoSuchKey'],
  ['/nowhere/k', '404 NoSuchBucket'],
  ['/theirs/k', '403 AccessDenied'],
  ['photos', '400 InvalidArgument'],
  ['/photos/', '400 InvalidArgument'],
  ['//k', '400 InvalidArgument'],
  ['', '400 InvalidArgument'],
  ['/photos/%zz', '400 InvalidArgument'],
]
for (const [source, outcome] of names) {
  test(`CopyObject from ${source || 'nothing'} is ${outcome}`, async () => {
    const { send } = await makeSource()
    await send(`PUT /photos/${encodeURIComponent('€ ?versionId=x')}`, { body: content })
    await send('PUT /theirs', { account: otherAccountId })
    await send('PUT /theirs/k', { account: otherAccountId, body: content })
    // A header has one character a byte.
    const answer = await copy(send, { 'x-amz-copy-source': Buffer.from(source).toString('latin1') })
    assert.equal(answer.outcome, outcome)
    if (outcome === '200') assert.equal(answer.element('ETag'), `&quot;${md5}&quot;`)
    else assert.equal((await send('HEAD /photos/copy')).status, 404)
  })
}

const refused: readonly (readonly [name: string, value: string, outcome: string])[] = [
  ['x-amz-metadata-directive', 'MERGE', '400 InvalidArgument'],
  ['x-amz-tagging-directive', 'COPY', '200'],
  ['x-amz-tagging-directive', 'REPLACE', '200'],
  ['x-amz-tagging-directive', 'MERGE', '400 InvalidArgument'],
  ['x-amz-tagging', 'a=b', '200'],
  ['x-amz-storage-class', 'STANDARD', '200'],
  ['x-amz-storage-class', 'GLACIER', '501 NotImplemented'],
  ['x-amz-server-side-encryption', 'AES256', '200'],
  ['x-amz-server-side-encryption', 'aws:kms', '501 NotImplemented'],
  ['x-amz-server-side-encryption-customer-algorithm', 'AES256', '400 InvalidArgument'],
  ['x-amz-copy-source-server-side-encryption-customer-algorithm', 'AES256', '400 InvalidArgument'],
  ['x-amz-website-redirect-location', '/x', '501 NotImplemented'],
  ['x-amz-object-lock-mode', 'GOVERNANCE', '400 InvalidArgument'],
  ['x-amz-object-lock-legal-hold', 'ON', '400 InvalidRequest'],
  ['x-amz-acl', 'private', '200'],
  ['x-amz-acl', 'bucket-owner-full-control', '200'],
  ['x-amz-acl', 'public-read', '400 AccessControlListNotSupported'],
  ['x-amz-grant-full-control', 'id=x', '400 AccessControlListNotSupported'],
  ['x-amz-checksum-algorithm', 'CRC16', '400 InvalidRequest'],
  ['x-amz-source-expected-bucket-owner', 'a'.repeat(64), '200'],
  ['x-amz-source-expected-bucket-owner', otherAccountId, '403 AccessDenied'],
]
for (const [name, value, outcome] of refused) {
  test(`CopyObject with ${name}: ${value} is ${outcome}`, async () => {
    const { send } = await makeSource()
    assert.equal((await copy(send, { [name]: value })).outcome, outcome)
    assert.equal((await send('HEAD /photos/copy')).status, outcome === '200' ? 200 : 404)
  })
}

test('CopyObject takes 2 KB of metadata and no more', async () => {
  const { send } = await makeSource()
  const replace = (value: string) => copy(send, { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-a': value })
  assert.equal((await replace('x'.repeat(2047))).outcome, '200')
  assert.equal((await replace('x'.repeat(2048))).outcome, '400 MetadataTooLarge')
})

const copied = (send: Send, source: string, headers: Record<string, string> = {}) =>
  send('PUT /photos/copy', { headers: { 'x-amz-copy-source': `/photos/${source}`, ...headers } })

test('CopyObject copies the version named, and tells it and its own', async () => {
  const { send, assertLedger } = await makeVersionedFront()
  const old = await putVersion(send, 'k', 'old')
  await putVersion(send, 'k', 'new')
  const { headers } = await copied(send, `k?versionId=${old}`)
  assert.equal(headers['x-amz-copy-source-version-id'], old)
  const copy = await send('GET /photos/copy')
  assert.deepEqual([copy.text, copy.headers['x-amz-version-id']], ['old', headers['x-amz-version-id']])
  await assertLedger()
})

test('CopyObject of an older version to its own key makes it the current one again', async () => {
  const { send } = await makeVersionedFront()
  const old = await putVersion(send, 'copy', 'old')
  await putVersion(send, 'copy', 'new')
  assert.equal((await copied(send, 'copy')).outcome, '400 InvalidRequest')
  assert.equal((await copied(send, `copy?versionId=${old}`)).outcome, '200')
  assert.equal((await send('GET /photos/copy')).text, 'old')
  assert.equal((await send('GET /photos?versions')).elements('VersionId').length, 3)
})

test('CopyObject of a delete marker is NoSuchKey, and InvalidRequest where it is named', async () => {
  const { send } = await makeVersionedFront()
  await putVersion(send, 'k', 'x')
  const marker = (await send('DELETE /photos/k')).headers['x-amz-version-id']
  assert.equal((await copied(send, 'k')).outcome, '404 NoSuchKey')
  assert.equal((await copied(send, `k?versionId=${marker}`)).outcome, '400 InvalidRequest')
})

test('CopyObject copies the tags, or gives those of the request; never the lock', async () => {
  const { send, clock } = await makeLockedFront()
  const until = inDays(clock.ms, 1)
  const lock = { 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': until }
  await putVersion(send, 'k', 'x', { 'x-amz-tagging': 'a=b', 'x-amz-object-lock-legal-hold': 'ON', ...lock })
  const seen = async () => {
    const { headers } = await send('HEAD /photos/copy')
    const { elements } = await send('GET /photos/copy?tagging')
    return [elements('Key'), headers['x-amz-object-lock-mode'], headers['x-amz-object-lock-legal-hold']]
  }
  await copied(send, 'k')
  assert.deepEqual(await seen(), [['a'], undefined, undefined])
  await copied(send, 'k', { 'x-amz-tagging-directive': 'REPLACE', 'x-amz-tagging': 'c=d' })
  assert.deepEqual(await seen(), [['c'], undefined, undefined])
  await copied(send, 'k', { 'x-amz-tagging-directive': 'REPLACE' })
  assert.deepEqual(await seen(), [[], undefined, undefined])
  await copied(send, 'k', { ...lock, 'x-amz-object-lock-legal-hold': 'OFF' })
  assert.deepEqual(await seen(), [['a'], 'GOVERNANCE', 'OFF'])
})

test('CopyObject of tags needs the permissions to read and to write them', async () => {
  const { send } = await makeVersionedFront()
  await putVersion(send, 'k', 'x', { 'x-amz-tagging': 'a=b' })
  const headers = { 'x-amz-copy-source': '/photos/k' }
  const copy = async () => (await send('PUT /photos/copy', { headers, account: otherAccountId })).outcome
  await allowOther(send, 's3:GetObject', 's3:PutObject', 's3:GetObjectTagging')
  assert.equal(await copy(), '403 AccessDenied')
  await allowOther(send, 's3:GetObject', 's3:PutObject', 's3:PutObjectTagging')
  assert.equal(await copy(), '403 AccessDenied')
  await allowOther(send, 's3:GetObject', 's3:PutObject', 's3:PutObjectTagging', 's3:GetObjectTagging')
  assert.equal(await copy(), '200')
})

test('CopyObject of a version needs s3:GetObjectVersion', async () => {
  const { send } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'x')
  const headers = { 'x-amz-copy-source': `/photos/k?versionId=${id}` }
  const copy = async () => (await send('PUT /photos/copy', { headers, account: otherAccountId })).outcome
  await allowOther(send, 's3:GetObject', 's3:PutObject')
  assert.equal(await copy(), '403 AccessDenied')
  await allowOther(send, 's3:GetObjectVersion', 's3:PutObject')
  assert.equal(await copy(), '200')
})
