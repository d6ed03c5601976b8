import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksumOf } from '../../base/checksum/checksum.ts'
import { makeFront, otherAccountId, partSizeMin, putInParts } from '../test-bed.ts'

const content = 'a body that is too large to be kept among the records'
const size = content.length

async function makeObject(headers: Record<string, string> = {}) {
  const front = await makeFront()
  const put = await front.send('PUT /photos/k', { body: content, headers })
  return { ...front, etag: put.headers['etag']! }
}

test('HeadObject answers the headers of GetObject, and no body', async () => {
  const { send } = await makeObject({ 'content-type': 'text/plain', 'x-amz-meta-title': 'Kitten' })
  for (const headers of [{}, { range: 'bytes=2-5' }, { range: 'bytes=-4' }, { 'x-amz-checksum-mode': 'ENABLED' }]) {
    const get = await send('GET /photos/k', { headers })
    const head = await send('HEAD /photos/k', { headers })
    assert.deepEqual([head.status, head.headers, head.text], [get.status, get.headers, ''])
  }
  const { headers } = await send('HEAD /photos/k')
  assert.deepEqual(
    [headers['content-length'], headers['accept-ranges'], headers['x-amz-meta-title']],
    [String(size), 'bytes', 'Kitten'],
  )
})

test('HeadObject of an empty object has length 0', async () => {
  const { send } = await makeFront()
  await send('PUT /photos/empty')
  const { status, headers } = await send('HEAD /photos/empty')
  assert.deepEqual([status, headers['content-length']], [200, '0'])
  assert.equal(headers['content-type'], 'binary/octet-stream')
})

test('HeadObject overrides headers as asked', async () => {
  const { send } = await makeObject()
  const { headers } = await send('HEAD /photos/k?response-content-type=image/png&response-cache-control=no-store')
  assert.deepEqual([headers['content-type'], headers['cache-control']], ['image/png', 'no-store'])
})

/** An error to a HEAD has a status and no more. */
const refused: readonly (readonly [line: string, headers: Record<string, string>, status: number, account?: string])[] =
  [
    ['HEAD /photos/none', {}, 404],
    ['HEAD /nowhere/k', {}, 404],
    ['HEAD /photos/k?versionId=x', {}, 400],
    [`HEAD /photos/k?versionId=${'0'.repeat(32)}`, {}, 404],
    ['HEAD /photos/k?versionId=', {}, 400],
    ['HEAD /photos/k?versionId=null', {}, 200],
    ['HEAD /photos/k', {}, 403, otherAccountId],
    ['HEAD /photos/none', {}, 403, otherAccountId],
    ['HEAD /photos/k', { range: `bytes=${size}-` }, 416],
    ['HEAD /photos/k', { 'if-match': '"other"' }, 412],
    ['HEAD /photos/k', { 'if-none-match': '*' }, 304],
    ['HEAD /photos/k?partNumber=2', {}, 400],
    ['HEAD /photos/k?partNumber=10001', {}, 400],
    ['HEAD /photos/k?partNumber=1', { range: 'bytes=0-1' }, 400],
    ['HEAD /photos/k', { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, 400],
    ['HEAD /photos/k', { 'x-amz-checksum-mode': 'DISABLED' }, 400],
  ]
for (const [line, headers, status, account] of refused) {
  test(`${line} with ${JSON.stringify(headers)} is ${status}${account ? ' for another account' : ''}`, async () => {
    const { send } = await makeObject()
    const answer = await send(line, { headers, ...(account ? { account } : {}) })
    assert.deepEqual([answer.status, answer.text], [status, ''])
  })
}

test('HeadObject of a part tells the part, and how many there are', async () => {
  const { send } = await makeFront()
  const first = new Uint8Array(partSizeMin)
  const asked = { 'x-amz-checksum-algorithm': 'SHA256' }
  const whole = await putInParts(send, 'k', [first, 'last'], asked)
  const parts = [
    ['1', partSizeMin, `bytes 0-${partSizeMin - 1}/${partSizeMin + 4}`, first],
    ['2', 4, `bytes ${partSizeMin}-${partSizeMin + 3}/${partSizeMin + 4}`, Buffer.from('last')],
  ] as const
  for (const [number, length, range, bytes] of parts) {
    const answer = await send(`HEAD /photos/k?partNumber=${number}`, { headers: { 'x-amz-checksum-mode': 'ENABLED' } })
    const { headers } = answer
    assert.deepEqual(
      [answer.status, headers['content-length'], headers['content-range'], headers['x-amz-mp-parts-count']],
      [206, String(length), range, '2'],
    )
    assert.equal(headers['etag'], whole.element('ETag')!.replaceAll('&quot;', '"'))
    assert.deepEqual(
      [headers['x-amz-checksum-sha256'], headers['x-amz-checksum-type']],
      [checksumOf('SHA256', bytes).toString('base64'), 'COMPOSITE'],
    )
  }
  assert.equal((await send('HEAD /photos/k?partNumber=1')).headers['x-amz-checksum-sha256'], undefined)
  assert.equal((await send('HEAD /photos/k?partNumber=3')).status, 400)
  assert.equal((await send('HEAD /photos/k')).headers['x-amz-mp-parts-count'], undefined)
})

test('HeadObject of part 1 of an object written in one piece is that of the whole', async () => {
  const { send, etag } = await makeObject()
  const { status, headers } = await send('HEAD /photos/k?partNumber=1')
  assert.deepEqual(
    [status, headers['etag'], headers['content-range'], headers['x-amz-mp-parts-count']],
    [206, etag, `bytes 0-${size - 1}/${size}`, undefined],
  )
})
