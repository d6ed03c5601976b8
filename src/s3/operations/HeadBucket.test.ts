import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

test('HeadBucket tells where the bucket is, without a body', async () => {
  const { send } = await makeFront({ region: 'eu-west-3' })
  await send('PUT /videos')
  const { status, headers, text } = await send('HEAD /videos')
  assert.deepEqual(
    [status, headers['x-amz-bucket-region'], headers['x-amz-bucket-arn'], text],
    [200, 'eu-west-3', 'arn:aws:s3:::videos', ''],
  )
})

test('HeadBucket of what is not there, or is not ours, tells only the status', async () => {
  const { send } = await makeFront()
  const missing = await send('HEAD /nowhere')
  assert.deepEqual([missing.status, missing.text], [404, ''])
  const foreign = await send('HEAD /photos', { account: otherAccountId })
  assert.deepEqual([foreign.status, foreign.text], [403, ''])
})
