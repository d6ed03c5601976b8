import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'
import { allowOther, makeVersionedFront, putVersion } from '../versioned.fixture.ts'

test('GetObjectTagging of an object without tags is an empty set', async () => {
  const { send } = await makeFront()
  await putVersion(send, 'k', 'x')
  const { status, text, headers } = await send('GET /photos/k?tagging')
  assert.deepEqual([status, headers['x-amz-version-id']], [200, undefined])
  assert.match(text, /<Tagging xmlns="[^"]+"><TagSet><\/TagSet><\/Tagging>$/)
  assert.equal((await send('GET /photos/none?tagging')).outcome, '404 NoSuchKey')
})

test('GetObjectTagging tells the tags of a version that is not current', async () => {
  const { send } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'x', { 'x-amz-tagging': 'a=b%20c' })
  await putVersion(send, 'k', 'y')
  const { headers, element } = await send(`GET /photos/k?tagging&versionId=${id}`)
  assert.deepEqual([headers['x-amz-version-id'], element('Key'), element('Value')], [id, 'a', 'b c'])
  assert.equal((await send('GET /photos/k?tagging')).element('Key'), undefined)
})

test('GetObjectTagging, and the header that counts tags, need a permission of their own', async () => {
  const { send } = await makeVersionedFront()
  await putVersion(send, 'k', 'x', { 'x-amz-tagging': 'a=b' })
  const seen = async () => {
    const tagging = await send('GET /photos/k?tagging', { account: otherAccountId })
    const head = await send('HEAD /photos/k', { account: otherAccountId })
    return [tagging.status, head.status, head.headers['x-amz-tagging-count']]
  }
  await allowOther(send, 's3:GetObject')
  assert.deepEqual(await seen(), [403, 200, undefined])
  await allowOther(send, 's3:GetObject', 's3:GetObjectTagging')
  assert.deepEqual(await seen(), [200, 200, '1'])
})
