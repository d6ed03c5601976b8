import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { checksumAlgorithms, checksumOf } from '../../base/checksum/checksum.ts'
import { begin, completeDocument, makeFront, otherAccountId, partOf, partSizeMin, putInParts } from '../test-bed.ts'
import { makeVersionedFront, putVersion } from '../versioned.fixture.ts'

const content = 'a body that is too large to be kept among the records'
const size = content.length
const md5 = (text: string | Uint8Array): string => createHash('md5').update(text).digest('hex')

/** An object `/photos/source`, and an upload to copy parts of it into. */
async function makeUpload(body: string | Uint8Array = content, asked: Record<string, string> = {}) {
  const front = await makeFront()
  const { send } = front
  await send('PUT /photos/source', { body, headers: { 'x-amz-meta-title': 'Kitten' } })
  const uploadId = await begin(send, 'k', asked)
  const copy = (headers: Record<string, string> = {}, partNumber: number | string = 1) =>
    send(`PUT /photos/k?partNumber=${partNumber}&uploadId=${uploadId}`, {
      headers: { 'x-amz-copy-source': '/photos/source', ...headers },
    })
  const completed = async (etags: readonly string[]) => {
    const parts = completeDocument(etags.map((etag, index) => partOf(index + 1, etag)))
    const { status, text } = await send(`POST /photos/k?uploadId=${uploadId}`, { body: parts })
    assert.equal(status, 200, text)
    return (await send('GET /photos/k')).text
  }
  return { ...front, uploadId, copy, completed, parts: () => send(`GET /photos/k?uploadId=${uploadId}`) }
}

for (const body of [content, 'small', '']) {
  test(`UploadPartCopy makes a part of ${body.length} bytes`, async () => {
    const { copy, parts, completed, send, clock, assertLedger } = await makeUpload(body)
    clock.ms += 5000
    const { status, text, element } = await copy()
    assert.deepEqual([status, element('ETag')], [200, `&quot;${md5(body)}&quot;`])
    assert.equal(element('LastModified'), '2026-11-20T00:00:05.000Z')
    assert.match(text, /<CopyPartResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/)
    assert.equal((await parts()).element('Size'), String(body.length))
    await send('DELETE /photos/source')
    assert.equal(await completed([md5(body)]), body)
    await assertLedger()
    assert.equal((await send('HEAD /photos/k')).headers['x-amz-meta-title'], undefined)
  })
}

const ranges: readonly (readonly [range: string, outcome: string, start?: number, end?: number])[] = [
  ['bytes=0-0', '200', 0, 1],
  ['bytes=2-5', '200', 2, 6],
  [`bytes=${size - 1}-${size - 1}`, '200', size - 1, size],
  [`bytes=0-${size - 1}`, '200', 0, size],
  [`bytes=0-${size}`, '416 InvalidRange'],
  [`bytes=${size}-${size}`, '416 InvalidRange'],
  ['0-2', '400 InvalidArgument'],
  ['bytes=0', '400 InvalidArgument'],
  ['bytes=0-', '400 InvalidArgument'],
  ['bytes=-2', '400 InvalidArgument'],
  ['bytes=5-2', '400 InvalidArgument'],
  ['bytes=hello-world', '400 InvalidArgument'],
  ['bytes=0-bar', '400 InvalidArgument'],
  ['bytes=0-2,3-5', '400 InvalidArgument'],
  ['', '400 InvalidArgument'],
]
for (const [range, outcome, start, end] of ranges) {
  test(`UploadPartCopy of ${range || 'an empty range'} is ${outcome}`, async () => {
    const { copy, parts, completed } = await makeUpload()
    const answer = await copy({ 'x-amz-copy-source-range': range })
    assert.equal(answer.outcome, outcome)
    if (outcome !== '200') return assert.deepEqual((await parts()).elements('PartNumber'), [])
    const expected = content.slice(start, end)
    assert.equal(answer.element('ETag'), `&quot;${md5(expected)}&quot;`)
    assert.equal(await completed([md5(expected)]), expected)
  })
}

test('UploadPartCopy makes an object of ranges of another', async () => {
  const body = Buffer.alloc(partSizeMin + 10, 'abc')
  const { copy, completed } = await makeUpload(body)
  const etags = []
  for (const [number, range] of [`0-${partSizeMin - 1}`, `${partSizeMin}-${partSizeMin + 9}`].entries()) {
    const { element } = await copy({ 'x-amz-copy-source-range': `bytes=${range}` }, number + 1)
    etags.push(element('ETag')!)
  }
  assert.equal(md5(await completed(etags)), md5(body))
})

test('UploadPartCopy of a part of a multipart object, of its whole, and over an edge', async () => {
  const { copy, send, parts } = await makeUpload()
  const first = Buffer.alloc(partSizeMin, 'a')
  await putInParts(send, 'source', [first, 'last'])
  const cases = [
    [`bytes=0-${partSizeMin - 1}`, first],
    [`bytes=${partSizeMin}-${partSizeMin + 3}`, 'last'],
    [`bytes=${partSizeMin - 1}-${partSizeMin}`, 'al'],
  ] as const
  for (const [range, expected] of cases) {
    const { element } = await copy({ 'x-amz-copy-source-range': range })
    assert.equal(element('ETag'), `&quot;${md5(expected)}&quot;`, range)
  }
  const whole = await copy()
  assert.equal(whole.element('ETag'), `&quot;${md5(`${first.toString()}last`)}&quot;`)
  assert.equal((await parts()).element('Size'), String(partSizeMin + 4))
})

for (const algorithm of checksumAlgorithms) {
  test(`UploadPartCopy tells ${algorithm} of the part where the upload has it`, async () => {
    const { copy } = await makeUpload(content, { 'x-amz-checksum-algorithm': algorithm })
    const expected = (text: string): string => checksumOf(algorithm, Buffer.from(text)).toString('base64')
    assert.equal((await copy()).element(`Checksum${algorithm}`), expected(content))
    const part = await copy({ 'x-amz-copy-source-range': 'bytes=2-5' })
    assert.equal(part.element(`Checksum${algorithm}`), expected(content.slice(2, 6)))
  })
}

const before = 'Thu, 19 Nov 2026 00:00:00 GMT'
const modified = 'Fri, 20 Nov 2026 00:00:00 GMT'
const cases: readonly (readonly [headers: Record<string, string>, outcome: string])[] = [
  [{ 'x-amz-copy-source-if-match': md5(content) }, '200'],
  [{ 'x-amz-copy-source-if-match': 'other' }, '412 PreconditionFailed'],
  [{ 'x-amz-copy-source-if-none-match': md5(content) }, '412 PreconditionFailed'],
  [{ 'x-amz-copy-source-if-none-match': 'other' }, '200'],
  [{ 'x-amz-copy-source-if-modified-since': before }, '200'],
  [{ 'x-amz-copy-source-if-modified-since': modified }, '412 PreconditionFailed'],
  [{ 'x-amz-copy-source-if-unmodified-since': before }, '412 PreconditionFailed'],
  [{ 'x-amz-copy-source-if-unmodified-since': modified }, '200'],
  [{ 'x-amz-copy-source': '/photos/none' }, '404 NoSuchKey'],
  [{ 'x-amz-copy-source': '/nowhere/source' }, '404 NoSuchBucket'],
  [{ 'x-amz-copy-source': '/theirs/source' }, '403 AccessDenied'],
  [{ 'x-amz-copy-source': '/photos' }, '400 InvalidArgument'],
  [{ 'x-amz-copy-source': '/photos/source?versionId=x' }, '400 InvalidArgument'],
  [{ 'x-amz-copy-source': `/photos/source?versionId=${'0'.repeat(32)}` }, '404 NoSuchVersion'],
  [{ 'x-amz-copy-source': '/photos/source?versionId=null' }, '200'],
  [{ 'x-amz-copy-source': 'photos/sourc%65' }, '200'],
  [{ 'x-amz-source-expected-bucket-owner': otherAccountId }, '403 AccessDenied'],
  [{ 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, '400 InvalidArgument'],
  [{ 'x-amz-copy-source-server-side-encryption-customer-key': 'x' }, '400 InvalidArgument'],
]
for (const [headers, outcome] of cases) {
  test(`UploadPartCopy with ${JSON.stringify(headers)} is ${outcome}`, async () => {
    const { copy, parts, send } = await makeUpload()
    await send('PUT /theirs', { account: otherAccountId })
    await send('PUT /theirs/source', { account: otherAccountId, body: content })
    assert.equal((await copy(headers)).outcome, outcome)
    assert.deepEqual((await parts()).elements('PartNumber'), outcome === '200' ? ['1'] : [])
  })
}

test('UploadPartCopy to a part or an upload that cannot be is refused', async () => {
  const { copy, send, uploadId } = await makeUpload()
  for (const number of [0, 10_001, 'x']) assert.equal((await copy({}, number)).outcome, '400 InvalidArgument')
  const headers = { 'x-amz-copy-source': '/photos/source' }
  const elsewhere = await send(`PUT /photos/other?partNumber=1&uploadId=${uploadId}`, { headers })
  assert.equal(elsewhere.outcome, '404 NoSuchUpload')
  assert.equal((await send('PUT /photos/k?partNumber=1&uploadId=x', { headers })).outcome, '404 NoSuchUpload')
})

test('UploadPartCopy copies the version named, and tells it', async () => {
  const { send, assertLedger } = await makeVersionedFront()
  const old = await putVersion(send, 'source', 'old')
  await putVersion(send, 'source', 'new')
  const uploadId = await begin(send, 'k')
  const headers = { 'x-amz-copy-source': `/photos/source?versionId=${old}` }
  const answer = await send(`PUT /photos/k?partNumber=1&uploadId=${uploadId}`, { headers })
  assert.equal(answer.headers['x-amz-copy-source-version-id'], old)
  const part = partOf(1, answer.element('ETag')!)
  await send(`POST /photos/k?uploadId=${uploadId}`, { body: completeDocument([part]) })
  assert.equal((await send('GET /photos/k')).text, 'old')
  await assertLedger()
})
