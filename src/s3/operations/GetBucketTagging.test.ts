import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('GetBucketTagging of a bucket without tags is NoSuchTagSet', async () => {
  const { send } = await makeFront()
  const { outcome, element } = await send('GET /photos?tagging')
  assert.deepEqual([outcome, element('BucketName')], ['404 NoSuchTagSet', 'photos'])
})
