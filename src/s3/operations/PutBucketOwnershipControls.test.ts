import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

const rule = (ownership: string): string => `<Rule><ObjectOwnership>${ownership}</ObjectOwnership></Rule>`
const controls = (...ownerships: readonly string[]): { readonly body: string } => ({
  body: `<OwnershipControls xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${ownerships.map(rule).join('')}</OwnershipControls>`,
})

for (const ownership of ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']) {
  for (const acl of ['full', 'enforced']) {
    test(`PutBucketOwnershipControls with ${ownership} is answered by GetBucketOwnershipControls, in ${acl}`, async () => {
      const { send } = await makeFront({ toggles: { acl } })
      assert.equal((await send('PUT /photos?ownershipControls', controls(ownership))).outcome, '200')
      assert.deepEqual((await send('GET /photos?ownershipControls')).elements('ObjectOwnership'), [ownership])
    })
  }
}

test('PutBucketOwnershipControls does not switch off an ACL that is more than private', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  await send('PUT /photos?acl', { headers: { 'x-amz-acl': 'public-read' } })
  const { outcome } = await send('PUT /photos?ownershipControls', controls('BucketOwnerEnforced'))
  assert.equal(outcome, '400 InvalidBucketAclWithObjectOwnership')
  await send('PUT /photos?acl', { headers: { 'x-amz-acl': 'private' } })
  assert.equal((await send('PUT /photos?ownershipControls', controls('BucketOwnerEnforced'))).outcome, '200')
  for (const name of ['private', 'public-read']) {
    const put = await send('PUT /photos?acl', { headers: { 'x-amz-acl': name } })
    assert.equal(put.outcome, '400 AccessControlListNotSupported')
  }
})

test('PutBucketOwnershipControls switches ACLs on where they are off by default', async () => {
  const { send } = await makeFront({ toggles: { acl: 'enforced' } })
  const put = async () => (await send('PUT /photos?acl', { headers: { 'x-amz-acl': 'public-read' } })).outcome
  assert.equal(await put(), '400 AccessControlListNotSupported')
  await send('PUT /photos?ownershipControls', controls('BucketOwnerPreferred'))
  assert.equal(await put(), '200')
})

for (const acl of ['bucket-private', 'get-only']) {
  test(`PutBucketOwnershipControls refuses in ${acl} what needs ACLs`, async () => {
    const { send } = await makeFront({ toggles: { acl } })
    for (const ownership of ['ObjectWriter', 'BucketOwnerPreferred'])
      assert.equal((await send('PUT /photos?ownershipControls', controls(ownership))).outcome, '501 NotImplemented')
    assert.equal((await send('PUT /photos?ownershipControls', controls('BucketOwnerEnforced'))).outcome, '200')
  })
}

const bad = [
  controls(),
  controls('ObjectWriter', 'ObjectWriter'),
  controls('Everybody'),
  { body: '<OwnershipControls/>' },
]
for (const sent of bad) {
  test(`PutBucketOwnershipControls with ${sent.body} is MalformedXML`, async () => {
    const { send } = await makeFront()
    assert.equal((await send('PUT /photos?ownershipControls', sent)).outcome, '400 MalformedXML')
  })
}
