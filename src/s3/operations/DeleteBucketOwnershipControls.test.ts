import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('DeleteBucketOwnershipControls takes them away, whether they are there or not', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  const body =
    '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>'
  await send('PUT /photos?ownershipControls', { body })
  for (let time = 0; time < 2; time++) {
    assert.equal((await send('DELETE /photos?ownershipControls')).outcome, '204')
    assert.equal((await send('GET /photos?ownershipControls')).outcome, '404 OwnershipControlsNotFoundError')
  }
  assert.equal((await send('PUT /photos?acl', { headers: { 'x-amz-acl': 'public-read' } })).outcome, '200')
})
