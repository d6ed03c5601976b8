import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountId, makeFront, otherAccountEmail, otherAccountId, type Sent } from '../test-bed.ts'

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
const policy = (grants: string, owner = accountId): string =>
  `<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>${owner}</ID></Owner><AccessControlList>${grants}</AccessControlList></AccessControlPolicy>`
const grant = (type: string, grantee: string, permission = 'READ'): string =>
  `<Grant><Grantee ${xsi} xsi:type="${type}">${grantee}</Grantee><Permission>${permission}</Permission></Grant>`
const toAccount = (id: string, permission?: string): string => grant('CanonicalUser', `<ID>${id}</ID>`, permission)
const toEveryone = grant('Group', '<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>')
const own = toAccount(accountId, 'FULL_CONTROL')

/** Grantees with their permissions, in the order answered. */
async function grantsOf(front: Awaited<ReturnType<typeof makeFront>>): Promise<readonly string[]> {
  const { elements } = await front.send('GET /photos?acl')
  return elements('Grant').map((text) => {
    const [, type] = /xsi:type="(\w+)"/.exec(text) ?? []
    const [, grantee] = /<(?:ID|URI)>.*?([^/]*)<\/(?:ID|URI)>/.exec(text) ?? []
    const [, permission] = /<Permission>(\w+)</.exec(text) ?? []
    return `${type} ${grantee === accountId ? 'owner' : grantee === otherAccountId ? 'other' : grantee} ${permission}`
  })
}

const taken: readonly (readonly [what: string, sent: Sent, grants: readonly string[]])[] = [
  ['private', { headers: { 'x-amz-acl': 'private' } }, ['CanonicalUser owner FULL_CONTROL']],
  [
    'public-read-write',
    { headers: { 'x-amz-acl': 'public-read-write' } },
    ['Group AllUsers READ', 'Group AllUsers WRITE', 'CanonicalUser owner FULL_CONTROL'],
  ],
  [
    'authenticated-read',
    { headers: { 'x-amz-acl': 'authenticated-read' } },
    ['Group AuthenticatedUsers READ', 'CanonicalUser owner FULL_CONTROL'],
  ],
  [
    'headers',
    {
      headers: {
        'x-amz-grant-write-acp': `emailAddress="${otherAccountEmail}"`,
        'x-amz-grant-read': `id=${otherAccountId}, id="${accountId}"`,
      },
    },
    ['CanonicalUser other READ', 'CanonicalUser owner READ', 'CanonicalUser other WRITE_ACP'],
  ],
  ['a document', { body: policy(own + toEveryone) }, ['Group AllUsers READ', 'CanonicalUser owner FULL_CONTROL']],
  [
    'a document with an email address',
    { body: policy(grant('AmazonCustomerByEmail', `<EmailAddress>${otherAccountEmail}</EmailAddress>`, 'WRITE')) },
    ['CanonicalUser other WRITE'],
  ],
  [
    'another prefix for the namespace of types',
    { body: policy(own).replaceAll('xsi:', 'i:').replaceAll(':xsi', ':i') },
    ['CanonicalUser owner FULL_CONTROL'],
  ],
  [
    'a document without an owner',
    { body: policy(own).replace(/<Owner>.*<\/Owner>/, '') },
    ['CanonicalUser owner FULL_CONTROL'],
  ],
  ['no grants', { body: policy('') }, []],
]
for (const [what, sent, grants] of taken) {
  test(`PutBucketAcl with ${what} is answered by GetBucketAcl`, async () => {
    const front = await makeFront({ toggles: { acl: 'full' } })
    assert.equal((await front.send('PUT /photos?acl', sent)).outcome, '200')
    assert.deepEqual(await grantsOf(front), grants)
  })
}

const refused: readonly (readonly [what: string, sent: Sent, outcome: string])[] = [
  ['nothing', {}, '400 MissingSecurityHeader'],
  ['a canned ACL and a document', { headers: { 'x-amz-acl': 'private' }, body: policy(own) }, '400 UnexpectedContent'],
  ['an unknown canned ACL', { headers: { 'x-amz-acl': 'public-ready' } }, '400 InvalidArgument'],
  ['another owner', { body: policy(own, otherAccountId) }, '403 AccessDenied'],
  ['an account that is not there', { body: policy(toAccount('_foo')) }, '400 InvalidArgument'],
  [
    'an address that nobody has',
    { body: policy(grant('AmazonCustomerByEmail', '<EmailAddress>no@example.com</EmailAddress>')) },
    '400 UnresolvableGrantByEmailAddress',
  ],
  ['an unknown group', { body: policy(grant('Group', '<URI>x</URI>')) }, '400 InvalidArgument'],
  ['an unknown permission', { body: policy(toAccount(accountId, 'EVERYTHING')) }, '400 MalformedACLError'],
  ['an unknown type', { body: policy(grant('Robot', `<ID>${accountId}</ID>`)) }, '400 MalformedACLError'],
  ['a grantee of no type', { body: policy(own.replace(/ xmlns.*?"CanonicalUser"/, '')) }, '400 MalformedACLError'],
  [
    'a grantee of another type than it is',
    { body: policy(grant('Group', `<ID>${accountId}</ID>`)) },
    '400 MalformedACLError',
  ],
  ['no permission', { body: policy(own.replace(/<Permission>.*<\/Permission>/, '')) }, '400 MalformedACLError'],
  ['no list', { body: policy('').replace('<AccessControlList></AccessControlList>', '') }, '400 MalformedACLError'],
  ['another document', { body: '<Acl/>' }, '400 MalformedACLError'],
  ['no XML', { body: 'private' }, '400 MalformedACLError'],
  ['101 grants', { body: policy(toAccount(accountId).repeat(101)) }, '400 MalformedACLError'],
]
for (const [what, sent, outcome] of refused) {
  test(`PutBucketAcl with ${what} is ${outcome} and changes nothing`, async () => {
    const front = await makeFront({ toggles: { acl: 'full' } })
    assert.equal((await front.send('PUT /photos?acl', sent)).outcome, outcome)
    assert.deepEqual(await grantsOf(front), ['CanonicalUser owner FULL_CONTROL'])
    assert.deepEqual(front.faults, [])
  })
}

const notSupported = '400 AccessControlListNotSupported'
const canned = (name: string): Sent => ({ headers: { 'x-amz-acl': name } })
const others: readonly (readonly [acl: string, what: string, sent: Sent, outcome: string])[] = [
  ['enforced', 'private', canned('private'), '200'],
  ['enforced', 'public-read', canned('public-read'), notSupported],
  ['enforced', 'a grant', { headers: { 'x-amz-grant-read': `id=${accountId}` } }, notSupported],
  ['enforced', 'the private document', { body: policy(own) }, '200'],
  ['enforced', 'another document', { body: policy(own + toEveryone) }, notSupported],
  ['enforced', 'nothing', {}, '400 MissingSecurityHeader'],
  ['bucket-private', 'private', canned('private'), '200'],
  ['bucket-private', 'public-read', canned('public-read'), '400 InvalidArgument'],
  ['bucket-private', 'a grant', { headers: { 'x-amz-grant-read': `id=${accountId}` } }, '400 InvalidArgument'],
  ['bucket-private', 'another document', { body: policy(own + toEveryone) }, '400 InvalidArgument'],
  ['get-only', 'private', canned('private'), '501 NotImplemented'],
  ['get-only', 'public-read', canned('public-read'), '501 NotImplemented'],
  ['get-only', 'a document', { body: policy(own) }, '501 NotImplemented'],
]
for (const [acl, what, sent, outcome] of others) {
  test(`PutBucketAcl in ${acl} with ${what} is ${outcome}`, async () => {
    const front = await makeFront({ toggles: { acl } })
    assert.equal((await front.send('PUT /photos?acl', sent)).outcome, outcome)
    assert.deepEqual(await grantsOf(front), ['CanonicalUser owner FULL_CONTROL'])
  })
}

test('PutBucketAcl refuses public ACLs where they are blocked', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  const body =
    '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>'
  assert.equal((await send('PUT /photos?publicAccessBlock', { body })).outcome, '200')
  for (const name of ['public-read', 'public-read-write', 'authenticated-read'])
    assert.equal((await send('PUT /photos?acl', canned(name))).outcome, '403 AccessDenied')
  assert.equal((await send('PUT /photos?acl', { body: policy(own + toEveryone) })).outcome, '403 AccessDenied')
  assert.equal((await send('PUT /photos?acl', canned('private'))).outcome, '200')
})

test('PutBucketAcl switches a bucket to public and back for other accounts', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  const list = async () => (await send('GET /photos', { account: otherAccountId })).outcome
  assert.equal(await list(), '403 AccessDenied')
  await send('PUT /photos?acl', canned('public-read'))
  assert.equal(await list(), '200')
  assert.equal((await send('GET /photos?acl', { account: otherAccountId })).outcome, '403 AccessDenied')
  assert.equal(
    (await send('PUT /photos?acl', { ...canned('private'), account: otherAccountId })).outcome,
    '403 AccessDenied',
  )
  await send('PUT /photos?acl', canned('private'))
  assert.equal(await list(), '403 AccessDenied')
})
