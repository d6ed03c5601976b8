import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('DeleteBucketPolicy takes the policy away, whether there is one or not', async () => {
  const { send } = await makeFront()
  const body =
    '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}}'
  assert.equal((await send('PUT /photos?policy', { body })).outcome, '204')
  for (let time = 0; time < 2; time++) {
    assert.equal((await send('DELETE /photos?policy')).outcome, '204')
    assert.equal((await send('GET /photos?policy')).outcome, '404 NoSuchBucketPolicy')
  }
})
