import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noUsage } from '../../objects/usage.ts'
import { begin, completeDocument, makeFront, sendParts } from '../test-bed.ts'

async function makeUpload() {
  const front = await makeFront()
  await front.send('PUT /photos/k', { body: 'old' })
  const uploadId = await begin(front.send, 'k')
  return { ...front, uploadId, parts: await sendParts(front.send, 'k', uploadId, ['kitten']) }
}

test('AbortMultipartUpload answers 204; then the upload is gone, and the object as it was', async () => {
  const { send, uploadId, parts, buckets, assertLedger } = await makeUpload()
  const { status, text } = await send(`DELETE /photos/k?uploadId=${uploadId}`)
  assert.deepEqual([status, text], [204, ''])
  assert.deepEqual((await send('GET /photos?uploads')).elements('UploadId'), [])
  assert.equal((await send('GET /photos/k')).text, 'old')
  await assertLedger()
  const usage = await buckets.usage(await buckets.get('photos'))
  assert.deepEqual(usage, { ...noUsage, objects: 1, bytes: 3 })
  const target = `/photos/k?uploadId=${uploadId}`
  for (const [line, body] of [
    [`DELETE ${target}`],
    [`GET ${target}`],
    [`PUT ${target}&partNumber=1`, 'kitten'],
    [`POST ${target}`, completeDocument(parts)],
  ] as const) {
    assert.equal((await send(line, { body: body ?? '' })).outcome, '404 NoSuchUpload', line)
  }
})

test('AbortMultipartUpload ends one upload of a key and not another', async () => {
  const { send, uploadId } = await makeUpload()
  const other = await begin(send, 'k')
  await send(`DELETE /photos/k?uploadId=${other}`)
  assert.deepEqual((await send('GET /photos?uploads')).elements('UploadId'), [uploadId])
})

test('AbortMultipartUpload of an upload that is not there, or is not of this key, is NoSuchUpload', async () => {
  const { send, uploadId } = await makeUpload()
  for (const target of ['k?uploadId=x', 'k?uploadId=', `other?uploadId=${uploadId}`, `k?uploadId=${uploadId}0`]) {
    assert.equal((await send(`DELETE /photos/${target}`)).outcome, '404 NoSuchUpload', target)
  }
  assert.deepEqual((await send('GET /photos?uploads')).elements('UploadId'), [uploadId])
  assert.equal((await send('GET /photos/k')).text, 'old')
})

test('AbortMultipartUpload on a condition of time is 501', async () => {
  const { send, uploadId } = await makeUpload()
  const headers = { 'x-amz-if-match-initiated-time': 'Fri, 20 Nov 2026 00:00:00 GMT' }
  assert.equal((await send(`DELETE /photos/k?uploadId=${uploadId}`, { headers })).outcome, '501 NotImplemented')
})

test('of an abort and a completion at once, one is done', async () => {
  for (const order of [0, 1]) {
    const { send, uploadId, parts } = await makeUpload()
    const requests = [
      () => send(`DELETE /photos/k?uploadId=${uploadId}`),
      () => send(`POST /photos/k?uploadId=${uploadId}`, { body: completeDocument(parts) }),
    ]
    const answers = await Promise.all((order === 0 ? requests : requests.toReversed()).map((request) => request()))
    const [aborted, completed] = order === 0 ? answers : answers.toReversed()
    const outcomes = `${aborted!.outcome} ${completed!.outcome}`
    assert.ok(['204 404 NoSuchUpload', '404 NoSuchUpload 200'].includes(outcomes), outcomes)
    assert.equal((await send('GET /photos/k')).text, completed!.status === 200 ? 'kitten' : 'old')
  }
})
