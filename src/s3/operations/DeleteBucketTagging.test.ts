import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('DeleteBucketTagging takes the tags away, whether there are any or not', async () => {
  const { send } = await makeFront()
  await send('PUT /photos?tagging', {
    body: '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>',
  })
  for (let time = 0; time < 2; time++) {
    assert.equal((await send('DELETE /photos?tagging')).outcome, '204')
    assert.equal((await send('GET /photos?tagging')).outcome, '404 NoSuchTagSet')
  }
})
