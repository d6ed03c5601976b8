import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

const policy = (statement: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*', ...statement },
    ],
  })

const policies: readonly (readonly [what: string, body: string, isPublic: string])[] = [
  ['for everybody', policy({}), 'true'],
  ['for everybody from one network', policy({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/24' } } }), 'false'],
  ['against everybody', policy({ Effect: 'Deny' }), 'false'],
]
for (const [what, body, isPublic] of policies) {
  test(`GetBucketPolicyStatus says that a policy ${what} is ${isPublic === 'true' ? '' : 'not '}public`, async () => {
    const { send } = await makeFront()
    await send('PUT /photos?policy', { body })
    const { status, text, element } = await send('GET /photos?policyStatus')
    assert.deepEqual([status, element('IsPublic')], [200, isPublic])
    assert.match(text, /<PolicyStatus xmlns=/)
  })
}

test('GetBucketPolicyStatus is NoSuchBucketPolicy without a policy, where there are no ACLs either', async () => {
  const { send } = await makeFront()
  assert.equal((await send('GET /photos?policyStatus')).outcome, '404 NoSuchBucketPolicy')
})

test('GetBucketPolicyStatus looks at the ACL where there are any, unless public ones are ignored', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  const isPublic = async () => (await send('GET /photos?policyStatus')).element('IsPublic')
  assert.equal(await isPublic(), 'false')
  for (const name of ['public-read', 'authenticated-read']) {
    await send('PUT /photos?acl', { headers: { 'x-amz-acl': name } })
    assert.equal(await isPublic(), 'true')
  }
  await send('PUT /photos?policy', { body: policy({ Effect: 'Deny' }) })
  assert.equal(await isPublic(), 'true')
  const body =
    '<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>'
  await send('PUT /photos?publicAccessBlock', { body })
  assert.equal(await isPublic(), 'false')
})
