import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('GetPublicAccessBlock of a new bucket is not found', async () => {
  const { send } = await makeFront()
  const { outcome, element } = await send('GET /photos?publicAccessBlock')
  assert.deepEqual([outcome, element('BucketName')], ['404 NoSuchPublicAccessBlockConfiguration', 'photos'])
})
