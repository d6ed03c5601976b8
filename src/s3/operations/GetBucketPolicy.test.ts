import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('GetBucketPolicy answers the policy as it was put, byte for byte', async () => {
  const { send } = await makeFront()
  const body =
    '{ "Version":"2012-10-17",\n "Statement": [{"Sid":"gr\u00fc\u00df <&>", "Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}] }\n'
  assert.equal((await send('PUT /photos?policy', { body })).outcome, '204')
  const { status, headers, text } = await send('GET /photos?policy')
  assert.deepEqual([status, headers['content-type'], text], [200, 'application/json', body])
})

test('GetBucketPolicy of a bucket without one is NoSuchBucketPolicy', async () => {
  const { send } = await makeFront()
  const { outcome, element } = await send('GET /photos?policy')
  assert.deepEqual([outcome, element('BucketName')], ['404 NoSuchBucketPolicy', 'photos'])
})
