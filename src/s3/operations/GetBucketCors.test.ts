import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('GetBucketCors of a bucket that has none is 404 NoSuchCORSConfiguration', async () => {
  const { send } = await makeFront()
  const { outcome, element } = await send('GET /photos?cors')
  assert.deepEqual([outcome, element('BucketName')], ['404 NoSuchCORSConfiguration', 'photos'])
})
