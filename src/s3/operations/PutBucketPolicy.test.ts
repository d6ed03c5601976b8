import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

const policy = (statement: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*', ...statement },
    ],
  })

test('PutBucketPolicy lets others in and keeps the owner out, until it is deleted', async () => {
  const { send } = await makeFront()
  const get = async (account?: string) =>
    (await send('GET /photos/k', account === undefined ? {} : { account })).outcome
  await send('PUT /photos/k', { body: 'x' })
  assert.equal(await get(otherAccountId), '403 AccessDenied')
  assert.equal((await send('PUT /photos?policy', { body: policy({}) })).outcome, '204')
  assert.equal(await get(otherAccountId), '200')
  assert.equal((await send('PUT /photos?policy', { body: policy({ Effect: 'Deny' }) })).outcome, '204')
  assert.equal(await get(), '403 AccessDenied')
  assert.equal((await send('DELETE /photos?policy')).outcome, '204')
  assert.equal(await get(), '200')
})

const malformed: readonly (readonly [what: string, body: string])[] = [
  ['no JSON', 'Allow'],
  ['a list', '[]'],
  ['another bucket', policy({ Resource: 'arn:aws:s3:::videos/*' })],
  ['no principal', policy({ Principal: undefined })],
  ['an unknown element', policy({ Colour: 'red' })],
  ['an unknown action', policy({ Action: 's3:FlyObject' })],
  ['20 KiB and a byte', policy({ Sid: 'a'.repeat(20 * 1024 + 1 - policy({ Sid: '' }).length) })],
  ['20 MiB', `{"Version":"${'a'.repeat(20 * 1024 ** 2)}"}`],
  ['10,000 levels', `{"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}`],
]
for (const [what, body] of malformed) {
  test(`PutBucketPolicy with ${what} is MalformedPolicy and changes nothing`, async () => {
    const { send, faults } = await makeFront()
    assert.equal((await send('PUT /photos?policy', { body })).outcome, '400 MalformedPolicy')
    assert.equal((await send('GET /photos?policy')).outcome, '404 NoSuchBucketPolicy')
    assert.deepEqual(faults, [])
  })
}

test('PutBucketPolicy with nothing, or with bytes that are no UTF-8, is refused', async () => {
  const { send } = await makeFront()
  assert.equal((await send('PUT /photos?policy')).outcome, '400 MissingRequestBodyError')
  assert.equal((await send('PUT /photos?policy', { body: Buffer.of(0x7b, 0xff, 0x7d) })).outcome, '400 MalformedPolicy')
})

test('PutBucketPolicy takes 20 KiB', async () => {
  const { send } = await makeFront()
  const body = policy({ Sid: 'a'.repeat(20 * 1024 - policy({ Sid: '' }).length) })
  assert.equal((await send('PUT /photos?policy', { body })).outcome, '204')
})

test('PutBucketPolicy refuses a public policy where those are blocked, and takes others', async () => {
  const { send } = await makeFront()
  const block =
    '<PublicAccessBlockConfiguration><BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>'
  await send('PUT /photos?publicAccessBlock', { body: block })
  assert.equal((await send('PUT /photos?policy', { body: policy({}) })).outcome, '403 AccessDenied')
  const toOne = policy({ Principal: { AWS: `arn:aws:iam::${otherAccountId}:root` } })
  assert.equal((await send('PUT /photos?policy', { body: toOne })).outcome, '204')
  assert.equal((await send('PUT /photos?policy', { body: policy({ Effect: 'Deny' }) })).outcome, '204')
})

test('PutBucketPolicy that denies it to everybody leaves the owner a way back', async () => {
  const { send } = await makeFront()
  const body = policy({
    Effect: 'Deny',
    Action: ['s3:PutBucketPolicy', 's3:GetBucketPolicy', 's3:DeleteBucketPolicy'],
    Resource: 'arn:aws:s3:::photos',
  })
  for (const headers of [{}, { 'x-amz-confirm-remove-self-bucket-access': 'true' }]) {
    assert.equal((await send('PUT /photos?policy', { body, headers })).outcome, '204')
    assert.equal((await send('GET /photos?policy')).text, body)
    assert.equal((await send('DELETE /photos?policy')).outcome, '204')
  }
})
