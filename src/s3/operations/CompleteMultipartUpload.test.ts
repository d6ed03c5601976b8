import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { noUsage } from '../../objects/usage.ts'
import { checksumOf } from '../../base/checksum/checksum.ts'
import { begin, completeDocument, makeFront, partOf, partSizeMin, sendParts, putInParts } from '../test-bed.ts'
import { inDays, makeLockedFront, setVersioning, makeVersionedFront } from '../versioned.fixture.ts'

const first = Buffer.alloc(partSizeMin, 'abc')
const last = Buffer.from('last')
const hash = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest()
const etag = `${hash(Buffer.concat([hash(first), hash(last)])).toString('hex')}-2`

async function makeUpload(bodies: readonly (string | Uint8Array)[], asked: Record<string, string> = {}) {
  const front = await makeFront()
  const { send } = front
  await send('PUT /photos/k', { body: 'old' })
  const uploadId = await begin(send, 'k', asked)
  const parts = await sendParts(send, 'k', uploadId, bodies)
  const complete = (body = completeDocument(parts), headers: Record<string, string> = {}) =>
    send(`POST /photos/k?uploadId=${uploadId}`, { body, headers })
  /** The upload and the object are as they were. */
  const assertUnchanged = async () => {
    assert.equal((await send('GET /photos/k')).text, 'old')
    const listed = await send(`GET /photos/k?uploadId=${uploadId}`)
    assert.equal(listed.elements('PartNumber').length, bodies.length)
  }
  return { ...front, uploadId, parts, complete, assertUnchanged }
}

test('CompleteMultipartUpload makes an object of the parts, in the place of the one before', async () => {
  const { send, complete, clock, buckets } = await makeUpload([first, last])
  clock.ms += 5000
  const { status, text, element } = await complete()
  assert.equal(status, 200)
  assert.match(text, /<CompleteMultipartUploadResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/)
  assert.deepEqual(
    [element('Location'), element('Bucket'), element('Key'), element('ETag')],
    ['http://localhost/photos/k', 'photos', 'k', `&quot;${etag}&quot;`],
  )
  const now = await send('GET /photos/k')
  assert.ok(now.text === `${first.toString()}last`)
  assert.deepEqual([now.headers['etag'], now.headers['last-modified']], [`"${etag}"`, 'Fri, 20 Nov 2026 00:00:05 GMT'])
  assert.deepEqual((await send('GET /photos?uploads')).elements('UploadId'), [])
  const usage = await buckets.usage(await buckets.get('photos'))
  assert.deepEqual(usage, { ...noUsage, objects: 1, bytes: partSizeMin + 4 })
})

test('CompleteMultipartUpload, repeated, answers the same until the object is another', async () => {
  const { send, complete } = await makeUpload([first, last], { 'x-amz-checksum-algorithm': 'SHA256' })
  const answers = await Promise.all([complete(), complete(), complete()])
  for (const { status, text } of [...answers, await complete()])
    assert.deepEqual([status, text], [200, answers[0].text])
  await send('PUT /photos/k', { body: 'new' })
  assert.equal((await complete()).outcome, '404 NoSuchUpload')
  assert.equal((await send('GET /photos/k')).text, 'new')
})

test('CompleteMultipartUpload takes the parts that are named, wherever they stand, and ends the others', async () => {
  const { send, uploadId, complete, buckets, assertLedger } = await makeUpload([])
  const etags: Record<number, string> = {}
  for (const [number, body] of [
    [3, first],
    [5, 'a body that is left out, and too large to be kept among the records'],
    [10_000, 'last'],
  ] as const) {
    etags[number] = (await send(`PUT /photos/k?partNumber=${number}&uploadId=${uploadId}`, { body })).headers['etag']!
  }
  assert.equal((await complete(completeDocument([partOf(3, etags[3]!), partOf(10_000, etags[10_000]!)]))).status, 200)
  assert.ok((await send('GET /photos/k')).text === `${first.toString()}last`)
  assert.equal((await send('GET /photos/k?partNumber=10000')).text, 'last')
  assert.equal((await buckets.usage(await buckets.get('photos'))).unfinishedBytes, 0)
  await assertLedger()
})

const one = partOf(1, hash(last).toString('hex'))
const documents: readonly (readonly [what: string, body: string, outcome: string])[] = [
  ['nothing', '', '400 MalformedXML'],
  ['no part', completeDocument([]), '400 MalformedXML'],
  ['what is no XML', '{"Parts":[]}', '400 MalformedXML'],
  ['another root', `<Parts>${one}</Parts>`, '400 MalformedXML'],
  ['an end that is missing', completeDocument([one]).slice(0, -1), '400 MalformedXML'],
  ['a DOCTYPE', `<!DOCTYPE a>${completeDocument([one])}`, '400 MalformedXML'],
  ['a part without a number', completeDocument(['<Part><ETag>x</ETag></Part>']), '400 MalformedXML'],
  ['a part without an ETag', completeDocument(['<Part><PartNumber>1</PartNumber></Part>']), '400 MalformedXML'],
  ['a number that is none', completeDocument([one.replace('>1<', '>one<')]), '400 MalformedXML'],
  ['part 0', completeDocument([one.replace('>1<', '>0<')]), '400 InvalidArgument'],
  ['part 10,001', completeDocument([one.replace('>1<', '>10001<')]), '400 InvalidArgument'],
  ['10,001 parts', completeDocument(Array<string>(10_001).fill(one)), '400 MalformedXML'],
  ['a part that is not there', completeDocument([one, partOf(2, 'x')]), '400 InvalidPart'],
  ['another ETag', completeDocument([partOf(1, 'f'.repeat(32))]), '400 InvalidPart'],
  ['parts out of order', completeDocument([partOf(2, 'x'), one]), '400 InvalidPartOrder'],
  [
    'a checksum that the part has not',
    completeDocument([partOf(1, hash(last).toString('hex'), '<ChecksumCRC32>AAAAAA==</ChecksumCRC32>')]),
    '400 InvalidPart',
  ],
  ['the older name of the root', completeDocument([one]).replaceAll('CompleteM', 'CompletedM'), '200'],
  ['an ETag in quotes', completeDocument([partOf(1, `&quot;${hash(last).toString('hex')}&quot;`)]), '200'],
  ['an ETag in capitals', completeDocument([partOf(1, hash(last).toString('hex').toUpperCase())]), '200'],
  ['10,000 times the same part', completeDocument(Array<string>(10_000).fill(one)), '200'],
]
for (const [what, body, outcome] of documents) {
  test(`CompleteMultipartUpload with ${what} is ${outcome}`, async () => {
    const { send, complete, assertUnchanged } = await makeUpload([last])
    assert.equal((await complete(body)).outcome, outcome)
    if (outcome === '200') assert.equal((await send('GET /photos/k')).text, 'last')
    else await assertUnchanged()
  })
}

test('CompleteMultipartUpload wants 5 MiB of every part but the last', async () => {
  const { complete, assertUnchanged } = await makeUpload([first.subarray(1), last])
  const { outcome, element } = await complete()
  assert.deepEqual(
    [outcome, element('PartNumber'), element('ProposedSize'), element('MinSizeAllowed')],
    ['400 EntityTooSmall', '1', String(partSizeMin - 1), String(partSizeMin)],
  )
  await assertUnchanged()
  const { complete: completeEmpty, send } = await makeUpload([''])
  assert.equal((await completeEmpty()).status, 200)
  assert.deepEqual(
    [(await send('GET /photos/k')).text, (await send('HEAD /photos/k')).headers['content-length']],
    ['', '0'],
  )
})

const old = createHash('md5').update('old').digest('hex')
const headers: readonly (readonly [headers: Record<string, string>, outcome: string])[] = [
  [{ 'x-amz-mp-object-size': '4' }, '200'],
  [{ 'x-amz-mp-object-size': '5' }, '400 InvalidRequest'],
  [{ 'x-amz-mp-object-size': 'x' }, '400 InvalidArgument'],
  [{ 'if-none-match': '*' }, '412 PreconditionFailed'],
  [{ 'if-none-match': old }, '412 PreconditionFailed'],
  [{ 'if-none-match': 'other' }, '200'],
  [{ 'if-match': old }, '200'],
  [{ 'if-match': '*' }, '200'],
  [{ 'if-match': 'other' }, '412 PreconditionFailed'],
  [{ 'if-match': old, 'if-none-match': '*' }, '501 NotImplemented'],
  [{ 'x-amz-checksum-crc32': checksumOf('CRC32', last).toString('base64') }, '400 InvalidRequest'],
  [{ 'x-amz-checksum-type': 'COMPOSITE' }, '400 InvalidRequest'],
  [{ 'x-amz-checksum-type': 'FULL_OBJECT' }, '200'],
  [{ 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, '400 InvalidArgument'],
]
for (const [sent, outcome] of headers) {
  test(`CompleteMultipartUpload with ${JSON.stringify(sent)} is ${outcome}, and changes nothing if refused`, async () => {
    const { complete, assertUnchanged } = await makeUpload([last])
    assert.equal((await complete(undefined, sent)).outcome, outcome)
    if (outcome !== '200') await assertUnchanged()
  })
}

test('CompleteMultipartUpload on a condition where there is no object', async () => {
  for (const [condition, outcome] of [
    [{ 'if-none-match': '*' }, '200'],
    [{ 'if-none-match': old }, '200'],
    [{ 'if-match': '*' }, '404 NoSuchKey'],
    [{ 'if-match': old }, '404 NoSuchKey'],
  ] as const) {
    const { send, complete } = await makeUpload([last])
    await send('DELETE /photos/k')
    assert.equal((await complete(undefined, condition)).outcome, outcome)
    assert.equal((await send('HEAD /photos/k')).status, outcome === '200' ? 200 : 404)
  }
})

test('CompleteMultipartUpload of an upload that is not there, or is not of this key, is NoSuchUpload', async () => {
  const { send, uploadId, parts, assertUnchanged } = await makeUpload([last])
  for (const target of ['k?uploadId=abc1234def', `other?uploadId=${uploadId}`]) {
    const { outcome } = await send(`POST /photos/${target}`, { body: completeDocument(parts) })
    assert.equal(outcome, '404 NoSuchUpload')
  }
  await assertUnchanged()
})

test('of many uploads of a key that want to be the first, one is', async () => {
  const { send } = await makeFront()
  const uploads = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const uploadId = await begin(send, 'k')
      return { uploadId, body: completeDocument(await sendParts(send, 'k', uploadId, [`writer ${index}`])) }
    }),
  )
  const answers = await Promise.all(
    uploads.map(({ uploadId, body }) =>
      send(`POST /photos/k?uploadId=${uploadId}`, { body, headers: { 'if-none-match': '*' } }),
    ),
  )
  const won = answers.findIndex(({ status }) => status === 200)
  assert.deepEqual(answers.filter(({ outcome }) => outcome === '412 PreconditionFailed').length, 5)
  assert.equal((await send('GET /photos/k')).text, `writer ${won}`)
})

test('CompleteMultipartUpload makes a version with the tags and the lock that the upload was begun with', async () => {
  const { send, clock, assertLedger } = await makeLockedFront()
  const asked = {
    'x-amz-tagging': 'a=b',
    'x-amz-object-lock-mode': 'COMPLIANCE',
    'x-amz-object-lock-retain-until-date': inDays(clock.ms, 1),
    'x-amz-object-lock-legal-hold': 'ON',
  }
  const id = (await putInParts(send, 'k', ['only'], asked)).headers['x-amz-version-id']
  const { headers } = await send('HEAD /photos/k')
  assert.deepEqual(
    [headers['x-amz-version-id'], headers['x-amz-tagging-count'], headers['x-amz-object-lock-legal-hold']],
    [id, '1', 'ON'],
  )
  assert.equal(headers['x-amz-object-lock-mode'], 'COMPLIANCE')
  assert.equal((await send(`DELETE /photos/k?versionId=${id}`)).outcome, '403 AccessDenied')
  await assertLedger()
})

test('CompleteMultipartUpload tells no version where versioning is suspended', async () => {
  const { send } = await makeVersionedFront()
  await setVersioning(send, 'Suspended')
  assert.equal((await putInParts(send, 'k', ['only'])).headers['x-amz-version-id'], undefined)
})
