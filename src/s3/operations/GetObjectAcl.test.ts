import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountId, makeFront } from '../test-bed.ts'

for (const acl of ['enforced', 'full', 'bucket-private', 'get-only']) {
  test(`GetObjectAcl of a new object grants the owner FULL_CONTROL, in ${acl}`, async () => {
    const { send } = await makeFront({ toggles: { acl } })
    await send('PUT /photos/k', { body: 'x' })
    const { status, elements } = await send('GET /photos/k?acl')
    assert.deepEqual([status, elements('ID'), elements('Permission')], [200, [accountId, accountId], ['FULL_CONTROL']])
  })
}

test('GetObjectAcl answers the ACL of the bucket where objects have none of their own', async () => {
  const { send, objects, buckets } = await makeFront({ toggles: { acl: 'bucket-private' } })
  await send('PUT /photos/k', { body: 'x' })
  const bucket = await buckets.get('photos')
  const acl = { ownerId: accountId, grants: [{ grantee: { kind: 'everyone' }, permission: 'READ' }] } as const
  await objects.amend(bucket, 'k', undefined, (head) => ({ ...head, acl }))
  const [ofObject, ofBucket] = [await send('GET /photos/k?acl'), await send('GET /photos?acl')]
  assert.deepEqual([ofObject.status, ofObject.text], [200, ofBucket.text])
})

test('GetObjectAcl of what is not there is NoSuchKey or NoSuchVersion', async () => {
  const { send } = await makeFront()
  await send('PUT /photos/k', { body: 'x' })
  assert.equal((await send('GET /photos/none?acl')).outcome, '404 NoSuchKey')
  assert.equal((await send(`GET /photos/k?acl&versionId=${'0'.repeat(32)}`)).outcome, '404 NoSuchVersion')
  assert.equal((await send('GET /photos/k?acl&versionId=null')).outcome, '200')
})
