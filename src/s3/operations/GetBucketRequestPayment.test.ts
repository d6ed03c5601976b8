import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('GetBucketRequestPayment answers that the owner of the bucket pays', async () => {
  const { send } = await makeFront()
  const { status, text, element } = await send('GET /photos?requestPayment')
  assert.deepEqual([status, element('Payer')], [200, 'BucketOwner'])
  assert.match(text, /<RequestPaymentConfiguration /)
})
