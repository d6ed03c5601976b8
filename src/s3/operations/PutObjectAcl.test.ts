import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountId, makeFront, otherAccountId, type Sent } from '../test-bed.ts'

const canned = (name: string): Sent => ({ headers: { 'x-amz-acl': name } })
const notSupported = '400 AccessControlListNotSupported'

const rows: readonly (readonly [acl: string, name: string, outcome: string, grants: number])[] = [
  ['full', 'private', '200', 1],
  ['full', 'public-read', '200', 2],
  ['full', 'public-read-write', '200', 3],
  ['full', 'authenticated-read', '200', 2],
  ['full', 'bucket-owner-read', '200', 1],
  ['full', 'bucket-owner-full-control', '200', 1],
  ['full', 'aws-exec-read', '501 NotImplemented', 1],
  ['enforced', 'private', '200', 1],
  ['enforced', 'bucket-owner-full-control', '200', 1],
  ['enforced', 'public-read', notSupported, 1],
  ['bucket-private', 'private', '200', 1],
  ['bucket-private', 'public-read', '400 InvalidArgument', 1],
  ['get-only', 'private', '501 NotImplemented', 1],
  ['get-only', 'public-read', '501 NotImplemented', 1],
]
for (const [acl, name, outcome, grants] of rows) {
  test(`PutObjectAcl in ${acl} with ${name} is ${outcome}`, async () => {
    const { send } = await makeFront({ toggles: { acl } })
    await send('PUT /photos/k', { body: 'x' })
    assert.equal((await send('PUT /photos/k?acl', canned(name))).outcome, outcome)
    assert.equal((await send('GET /photos/k?acl')).elements('Grant').length, grants)
  })
}

test('PutObjectAcl says in the words of Qencode’s storage which canned ACL it does not take', async () => {
  const { send } = await makeFront({ toggles: { acl: 'bucket-private' } })
  await send('PUT /photos/k', { body: 'x' })
  const { element } = await send('PUT /photos/k?acl', canned('public-read'))
  assert.equal(element('Message'), "Unsupported value for canned acl 'public-read'")
})

test('PutObjectAcl changes nothing but the ACL', async () => {
  const { send, clock, assertLedger } = await makeFront({ toggles: { acl: 'full' } })
  await send('PUT /photos/k', { body: 'kitten', headers: { 'content-type': 'text/x-cat', 'x-amz-meta-a': 'b' } })
  const before = await send('HEAD /photos/k')
  clock.ms += 60_000
  assert.equal((await send('PUT /photos/k?acl', canned('public-read'))).outcome, '200')
  assert.deepEqual((await send('HEAD /photos/k')).headers, before.headers)
  assert.equal((await send('GET /photos/k', { account: otherAccountId })).text, 'kitten')
  await assertLedger()
})

test('PutObjectAcl is lost when the object is written again', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  await send('PUT /photos/k', { body: 'x' })
  await send('PUT /photos/k?acl', canned('public-read'))
  await send('PUT /photos/k', { body: 'y' })
  assert.equal((await send('GET /photos/k', { account: otherAccountId })).outcome, '403 AccessDenied')
})

test('PutObjectAcl of what is not there is NoSuchKey, whatever the ACL', async () => {
  for (const acl of ['full', 'enforced']) {
    const { send } = await makeFront({ toggles: { acl } })
    assert.equal((await send('PUT /photos/none?acl', canned('private'))).outcome, '404 NoSuchKey')
  }
})

test('PutObjectAcl takes WRITE_ACP, and who has it cannot take the object for itself', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  await send('PUT /photos/k', { body: 'x' })
  await send('PUT /photos/k?acl', { headers: { 'x-amz-grant-write-acp': `id=${otherAccountId}` } })
  const grants = `<AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${otherAccountId}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList>`
  const policy = (owner: string): string =>
    `<AccessControlPolicy><Owner><ID>${owner}</ID></Owner>${grants}</AccessControlPolicy>`
  const put = (owner: string) => send('PUT /photos/k?acl', { body: policy(owner), account: otherAccountId })
  assert.equal((await send('GET /photos/k?acl', { account: otherAccountId })).outcome, '403 AccessDenied')
  assert.equal((await put(otherAccountId)).outcome, '403 AccessDenied')
  assert.equal((await put(accountId)).outcome, '200')
  const answer = await send('GET /photos/k?acl', { account: otherAccountId })
  assert.deepEqual(answer.elements('ID'), [accountId, otherAccountId])
})
