import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksumAlgorithms, checksumOf } from '../../base/checksum/checksum.ts'
import { makeFront, otherAccountId, partSizeMin, putInParts } from '../test-bed.ts'
import { allowOther, makeVersionedFront, putVersion, setVersioning } from '../versioned.fixture.ts'

const content = 'a body that is too large to be kept among the records'

async function makeObject(body = content) {
  const front = await makeFront()
  const put = await front.send('PUT /photos/k', { body, headers: { 'content-type': 'text/plain' } })
  return { ...front, etag: put.headers['etag']! }
}

test('GetObject answers the bytes and what is kept with them', async () => {
  for (const body of [content, 'small', '']) {
    const { send, etag } = await makeObject(body)
    const { status, text, headers } = await send('GET /photos/k')
    assert.deepEqual([status, text], [200, body])
    assert.deepEqual(
      [
        headers['content-length'],
        headers['etag'],
        headers['content-type'],
        headers['accept-ranges'],
        headers['last-modified'],
      ],
      [String(body.length), etag, 'text/plain', 'bytes', 'Fri, 20 Nov 2026 00:00:00 GMT'],
    )
    assert.equal(headers['x-amz-request-id'], '0123456789ABCDEF')
  }
})

const size = content.length
const ranges: readonly (readonly [
  range: string,
  status: number,
  text: string | undefined,
  contentRange: string | undefined,
])[] = [
  ['bytes=0-0', 206, content.slice(0, 1), `bytes 0-0/${size}`],
  ['bytes=2-5', 206, content.slice(2, 6), `bytes 2-5/${size}`],
  ['bytes=5-', 206, content.slice(5), `bytes 5-${size - 1}/${size}`],
  ['bytes=-4', 206, content.slice(-4), `bytes ${size - 4}-${size - 1}/${size}`],
  ['bytes=0-999999', 206, content, `bytes 0-${size - 1}/${size}`],
  [`bytes=${size}-`, 416, undefined, `bytes */${size}`],
  ['bytes=-0', 416, undefined, `bytes */${size}`],
  ['bytes=5-2', 200, content, undefined],
  ['bytes=0-1,3-4', 200, content, undefined],
  ['lines=1-2', 200, content, undefined],
]
for (const [range, status, text, contentRange] of ranges) {
  test(`GetObject with ${range} is ${status}`, async () => {
    const { send } = await makeObject()
    const answer = await send('GET /photos/k', { headers: { range } })
    assert.deepEqual([answer.status, answer.headers['content-range']], [status, contentRange])
    if (text === undefined) assert.equal(answer.element('Code'), 'InvalidRange')
    else assert.deepEqual([answer.text, answer.headers['content-length']], [text, String(text.length)])
  })
}

test('GetObject overrides headers as asked', async () => {
  const { send } = await makeObject()
  const overrides = {
    'response-content-type': 'image/png',
    'response-cache-control': 'no-store',
    'response-content-disposition': 'attachment',
    'response-content-encoding': 'br',
    'response-content-language': 'fr',
    'response-expires': 'never',
  }
  const { headers } = await send(`GET /photos/k?${new URLSearchParams(overrides).toString()}`)
  for (const [name, value] of Object.entries(overrides)) assert.equal(headers[name.replace('response-', '')], value)
})

const now = 'Fri, 20 Nov 2026 00:00:00 GMT'
const before = 'Thu, 19 Nov 2026 00:00:00 GMT'
const conditions: readonly (readonly [headers: (etag: string) => Record<string, string>, status: number])[] = [
  [(etag) => ({ 'if-match': etag }), 200],
  [() => ({ 'if-match': '"other"' }), 412],
  [(etag) => ({ 'if-none-match': etag }), 304],
  [() => ({ 'if-none-match': '"other"' }), 200],
  [() => ({ 'if-modified-since': before }), 200],
  [() => ({ 'if-modified-since': now }), 304],
  [() => ({ 'if-unmodified-since': before }), 412],
  [() => ({ 'if-unmodified-since': now }), 200],
  [(etag) => ({ 'if-match': etag, 'if-unmodified-since': before }), 200],
  [(etag) => ({ 'if-none-match': etag, 'if-modified-since': before }), 304],
]
for (const [headersOf, status] of conditions) {
  test(`GetObject and HeadObject with ${Object.entries(headersOf('etag')).join(' and ')} are ${status}`, async () => {
    const { send, etag } = await makeObject()
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(`${method} /photos/k`, { headers: headersOf(etag) })
      assert.equal(answer.status, status)
      if (status === 304) assert.deepEqual([answer.text, answer.headers['etag']], ['', etag])
      if (status === 412 && method === 'GET') assert.equal(answer.element('Code'), 'PreconditionFailed')
    }
  })
}

test('GetObject of a part number is the whole of an object written in one piece', async () => {
  const { send } = await makeObject()
  assert.equal((await send('GET /photos/k?partNumber=1')).text, content)
  assert.equal((await send('GET /photos/k?partNumber=2')).element('Code'), 'InvalidPart')
  assert.equal((await send('GET /photos/k?partNumber=0')).element('Code'), 'InvalidArgument')
})

test('GetObject of what is not there, or is not ours, says so', async () => {
  const { send } = await makeObject()
  const missing = await send('GET /photos/none')
  assert.deepEqual([missing.status, missing.element('Code'), missing.element('Key')], [404, 'NoSuchKey', 'none'])
  assert.equal((await send('GET /nowhere/k')).element('Code'), 'NoSuchBucket')
  const foreign = await send('GET /photos/k', { account: otherAccountId })
  assert.deepEqual([foreign.status, foreign.element('Code')], [403, 'AccessDenied'])
  assert.equal((await send('GET /photos/k?versionId=x')).outcome, '400 InvalidArgument')
  assert.equal((await send(`GET /photos/k?versionId=${'0'.repeat(32)}`)).outcome, '404 NoSuchVersion')
  assert.equal((await send('GET /photos/k?versionId=null')).status, 200)
  const head = await send('HEAD /photos/none')
  assert.deepEqual([head.status, head.text], [404, ''])
})

test('GetObject of a range asks no byte of an empty object', async () => {
  const { send } = await makeObject('')
  for (const range of ['bytes=0-0', 'bytes=0-', 'bytes=-1']) {
    const answer = await send('GET /photos/k', { headers: { range } })
    assert.deepEqual([answer.outcome, answer.headers['content-range']], ['416 InvalidRange', 'bytes */0'])
  }
})

const ifRanges: readonly (readonly [ifRange: (etag: string) => string, status: number])[] = [
  [(etag) => etag, 206],
  [() => '"other"', 200],
  [(etag) => `W/${etag}`, 200],
  [() => now, 206],
  [() => before, 200],
]
for (const [ifRangeOf, status] of ifRanges) {
  test(`GetObject of a range with If-Range: ${ifRangeOf('"etag"')} is ${status}`, async () => {
    const { send, etag } = await makeObject()
    const answer = await send('GET /photos/k', { headers: { range: 'bytes=2-5', 'if-range': ifRangeOf(etag) } })
    assert.deepEqual([answer.status, answer.text], [status, status === 206 ? content.slice(2, 6) : content])
  })
}

for (const algorithm of checksumAlgorithms) {
  test(`GetObject tells ${algorithm} of the whole where it is asked for, and not of a range`, async () => {
    const { send } = await makeFront()
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`
    const value = checksumOf(algorithm, Buffer.from(content)).toString('base64')
    await send('PUT /photos/k', { body: content, headers: { [header]: value } })
    const asked = { 'x-amz-checksum-mode': 'ENABLED' }
    const shown = async (query: string, headers: Record<string, string>) => {
      const answer = await send(`GET /photos/k${query}`, { headers })
      return [answer.headers[header], answer.headers['x-amz-checksum-type']]
    }
    assert.deepEqual(await shown('', asked), [value, 'FULL_OBJECT'])
    assert.deepEqual(await shown('?partNumber=1', asked), [value, 'FULL_OBJECT'])
    assert.deepEqual(await shown('', {}), [undefined, undefined])
    assert.deepEqual(await shown('', { ...asked, range: 'bytes=0-3' }), [undefined, undefined])
  })
}

test('GetObject reads the parts of a multipart object, one by one and over their edges', async () => {
  const { send } = await makeFront()
  const first = Buffer.alloc(partSizeMin, 'ab')
  await putInParts(send, 'k', [first, 'last'], { 'x-amz-checksum-algorithm': 'CRC64NVME' })
  const size = partSizeMin + 4
  assert.ok((await send('GET /photos/k')).text === `${first.toString()}last`)
  const over = await send('GET /photos/k', { headers: { range: `bytes=${partSizeMin - 2}-${partSizeMin + 1}` } })
  assert.deepEqual([over.status, over.text], [206, 'abla'])
  const last = await send('GET /photos/k?partNumber=2', { headers: { 'x-amz-checksum-mode': 'ENABLED' } })
  assert.deepEqual(
    [last.status, last.text, last.headers['content-range'], last.headers['x-amz-mp-parts-count']],
    [206, 'last', `bytes ${partSizeMin}-${size - 1}/${size}`, '2'],
  )
  assert.deepEqual(
    [last.headers['x-amz-checksum-crc64nvme'], last.headers['x-amz-checksum-type']],
    [checksumOf('CRC64NVME', Buffer.from('last')).toString('base64'), 'FULL_OBJECT'],
  )
  assert.equal((await send('GET /photos/k?partNumber=3')).outcome, '400 InvalidPart')
  const both = await send('GET /photos/k?partNumber=1', { headers: { range: 'bytes=0-1' } })
  assert.equal(both.outcome, '400 InvalidRequest')
})

test('GetObject refuses a key that is none, and a condition with a bad date is none', async () => {
  const { send } = await makeObject()
  const key = { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }
  assert.equal((await send('GET /photos/k', { headers: key })).outcome, '400 InvalidArgument')
  for (const name of ['if-modified-since', 'if-unmodified-since']) {
    assert.equal((await send('GET /photos/k', { headers: { [name]: 'yesterday' } })).status, 200)
  }
})

test('GetObject gives each version by its id, and tells it', async () => {
  const { send } = await makeVersionedFront()
  const ids = [await putVersion(send, 'k', 'one'), await putVersion(send, 'k', content)]
  for (const [index, body] of ['one', content].entries()) {
    const { text, headers } = await send(`GET /photos/k?versionId=${ids[index]}`)
    assert.deepEqual([text, headers['x-amz-version-id']], [body, ids[index]])
    const part = await send(`GET /photos/k?versionId=${ids[index]}`, { headers: { range: 'bytes=1-2' } })
    assert.deepEqual([part.status, part.text], [206, body.slice(1, 3)])
  }
  for (let count = 0; count < 3; count++) {
    const { text, headers } = await send('GET /photos/k')
    assert.deepEqual([text, headers['x-amz-version-id']], [content, ids[1]])
  }
})

test('GetObject tells the version null from when versioning is first set, also of what was asked for before', async () => {
  const { send } = await makeFront()
  await putVersion(send, 'k', 'x')
  const id = async () => (await send('GET /photos/k')).headers['x-amz-version-id']
  assert.deepEqual([await id(), await id()], [undefined, undefined])
  await setVersioning(send, 'Suspended')
  assert.deepEqual([await id(), await id()], ['null', 'null'])
})

test('GetObject of what a delete marker hides tells the marker', async () => {
  const { send } = await makeVersionedFront()
  await putVersion(send, 'k', 'x')
  const marker = (await send('DELETE /photos/k')).headers['x-amz-version-id']!
  const hidden = await send('GET /photos/k')
  assert.deepEqual(
    [hidden.outcome, hidden.headers['x-amz-delete-marker'], hidden.headers['x-amz-version-id']],
    ['404 NoSuchKey', 'true', marker],
  )
  const itself = await send(`GET /photos/k?versionId=${marker}`)
  assert.deepEqual(
    [itself.outcome, itself.headers['x-amz-delete-marker'], itself.headers['allow']],
    ['405 MethodNotAllowed', 'true', 'DELETE'],
  )
  assert.ok(itself.headers['last-modified'])
  const head = await send(`HEAD /photos/k?versionId=${marker}`)
  assert.deepEqual([head.status, head.headers['x-amz-delete-marker']], [405, 'true'])
})

test('GetObject of a version needs another permission than of the current one', async () => {
  const { send } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'x')
  const get = async (query: string) => (await send(`GET /photos/k${query}`, { account: otherAccountId })).status
  await allowOther(send, 's3:GetObject')
  assert.deepEqual([await get(''), await get(`?versionId=${id}`)], [200, 403])
  await allowOther(send, 's3:GetObjectVersion')
  assert.deepEqual([await get(''), await get(`?versionId=${id}`)], [403, 200])
})

test('what GetObject tells one account of an object, it does not tell another that may see less', async () => {
  const { send } = await makeVersionedFront()
  await putVersion(send, 'k', 'x', { 'x-amz-tagging': 'a=b' })
  await allowOther(send, 's3:GetObject')
  const count = async (account?: string) =>
    (await send('GET /photos/k', account === undefined ? {} : { account })).headers['x-amz-tagging-count']
  assert.deepEqual([await count(), await count(otherAccountId), await count()], ['1', undefined, '1'])
})
