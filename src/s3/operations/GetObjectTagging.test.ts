import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('GetObjectTagging answers that an object has no tags', async () => {
  const { send } = await makeFront()
  await send('PUT /photos/k', { body: 'x' })
  const answer = await send('GET /photos/k?tagging')
  assert.deepEqual([answer.status, /<TagSet(\/>|><\/TagSet>)/.test(answer.text)], [200, true])
  assert.equal((await send('GET /photos/none?tagging')).element('Code'), 'NoSuchKey')
  assert.equal((await send('PUT /photos/k?tagging', { body: '<Tagging/>' })).status, 501)
})
