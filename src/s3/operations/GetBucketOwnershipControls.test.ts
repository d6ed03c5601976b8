import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

for (const acl of ['enforced', 'bucket-private', 'get-only']) {
  test(`GetBucketOwnershipControls of a new bucket is BucketOwnerEnforced in ${acl}`, async () => {
    const { send } = await makeFront({ toggles: { acl } })
    const { status, text } = await send('GET /photos?ownershipControls')
    assert.equal(status, 200)
    assert.match(text, /<OwnershipControls xmlns="[^"]+"><Rule><ObjectOwnership>BucketOwnerEnforced<\/ObjectOwnership>/)
  })
}

test('GetBucketOwnershipControls of a new bucket is not found where objects have ACLs', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  const { outcome, element } = await send('GET /photos?ownershipControls')
  assert.deepEqual([outcome, element('BucketName')], ['404 OwnershipControlsNotFoundError', 'photos'])
})
