import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountId, makeFront } from '../test-bed.ts'

const modes = ['enforced', 'full', 'bucket-private', 'get-only'] as const
for (const acl of modes) {
  test(`GetBucketAcl of a new bucket grants its owner FULL_CONTROL, in ${acl}`, async () => {
    const { send } = await makeFront({ toggles: { acl } })
    const { status, headers, text } = await send('GET /photos?acl')
    assert.deepEqual([status, headers['content-type']], [200, 'application/xml'])
    const owner = `<DisplayName>account a</DisplayName><ID>${accountId}</ID>`
    assert.equal(
      text.replace(/^<\?xml.*\?>\n/, ''),
      `<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner>${owner}</Owner><AccessControlList><Grant>` +
        `<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">${owner}</Grantee>` +
        '<Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>',
    )
  })
}

test('GetBucketAcl answers what is in force: an ACL counts no more once ACLs are switched off', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  await send('PUT /photos?acl', { headers: { 'x-amz-acl': 'public-read' } })
  const groups = async () => (await send('GET /photos?acl')).elements('URI')
  assert.deepEqual(await groups(), ['http://acs.amazonaws.com/groups/global/AllUsers'])
  await send('PUT /photos?acl', { headers: { 'x-amz-acl': 'private' } })
  const body =
    '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>'
  assert.equal((await send('PUT /photos?ownershipControls', { body })).outcome, '200')
  assert.deepEqual(await groups(), [])
})
