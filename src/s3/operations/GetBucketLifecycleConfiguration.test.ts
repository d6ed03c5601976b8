import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

test('GetBucketLifecycleConfiguration of a bucket without rules is 404 NoSuchLifecycleConfiguration', async () => {
  const { send } = await makeFront()
  const answer = await send('GET /photos?lifecycle')
  assert.deepEqual([answer.outcome, answer.element('BucketName')], ['404 NoSuchLifecycleConfiguration', 'photos'])
})

test('GetBucketLifecycleConfiguration is not for other accounts', async () => {
  const { send } = await makeFront()
  assert.equal((await send('GET /photos?lifecycle', { account: otherAccountId })).outcome, '403 AccessDenied')
})
