import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin, makeFront, otherAccountId, sendParts } from '../test-bed.ts'

test('DeleteBucket answers 204, and then there is no such bucket', async () => {
  const { send } = await makeFront()
  const { status, text } = await send('DELETE /photos')
  assert.deepEqual([status, text], [204, ''])
  assert.equal((await send('HEAD /photos')).status, 404)
  assert.equal((await send('DELETE /photos')).outcome, '404 NoSuchBucket')
  assert.deepEqual((await send('GET /')).elements('Name'), [])
})

test('DeleteBucket of a bucket with an object is 409 until the object is deleted', async () => {
  const { send } = await makeFront()
  await send('PUT /photos/k', { body: 'kitten' })
  const { outcome, element } = await send('DELETE /photos')
  assert.deepEqual([outcome, element('BucketName')], ['409 BucketNotEmpty', 'photos'])
  assert.equal((await send('GET /photos/k')).text, 'kitten')
  await send('DELETE /photos/k')
  assert.equal((await send('DELETE /photos')).status, 204)
})

test('DeleteBucket takes unfinished uploads with it', async () => {
  const { send } = await makeFront()
  const uploadId = await begin(send, 'k')
  await sendParts(send, 'k', uploadId, ['part'])
  assert.equal((await send('DELETE /photos')).status, 204)
  await send('PUT /photos')
  assert.deepEqual((await send('GET /photos?uploads')).elements('UploadId'), [])
  assert.equal((await send(`GET /photos/k?uploadId=${uploadId}`)).outcome, '404 NoSuchUpload')
})

test('the name of a deleted bucket is free for another account', async () => {
  const { send } = await makeFront()
  await send('DELETE /photos')
  assert.equal((await send('PUT /photos', { account: otherAccountId })).status, 200)
  assert.equal((await send('GET /photos')).outcome, '403 AccessDenied')
})

test('of a DeleteBucket and a PutObject at once, one is refused', async () => {
  for (let round = 0; round < 20; round++) {
    const { send } = await makeFront()
    const requests = [() => send('DELETE /photos'), () => send('PUT /photos/k', { body: 'kitten' })]
    const ordered = round % 2 === 0 ? requests : requests.toReversed()
    const outcomes = (await Promise.all(ordered.map((request) => request()))).map(({ outcome }) => outcome)
    const [deleted, put] = round % 2 === 0 ? outcomes : outcomes.toReversed()
    assert.ok(['204 404 NoSuchBucket', '409 BucketNotEmpty 200'].includes(`${deleted} ${put}`), `${deleted} ${put}`)
  }
})
