import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../base/errors.ts'
import { grantTo } from '../../objects/acl.ts'
import type { Bucket } from '../../objects/bucket.ts'
import { layToggles } from '../../objects/toggles.ts'
import type { AclMode, ObjectAccess } from './acl-rules.ts'
import { newBucketAccess } from './new-bucket-access.ts'
import { objectAccess, type WriteContext } from './object-access.ts'
import type { AclInput } from './requested-acl.ts'

const owner = 'a'.repeat(64)
const writer = 'b'.repeat(64)
const services = (acl: AclMode): WriteContext['services'] => ({
  toggles: () => layToggles([{ toggles: { acl } }]),
  accountExists: (id: string) => Promise.resolve(id === owner || id === writer),
  accountOfEmail: (email: string) => Promise.resolve(email === 'writer@example.com' ? writer : undefined),
})
const plain: Bucket = { id: '0'.repeat(16), name: 'photos', accountId: owner, region: 'us-east-1', createdMs: 0 }

interface Asked extends Partial<Bucket> {
  readonly mode?: AclMode
  /** By default the bucket's owner. */
  readonly by?: string | undefined
}

async function access(input: AclInput, { mode = 'full', ...asked }: Asked = {}): Promise<ObjectAccess | string> {
  const accountId = 'by' in asked ? asked.by : owner
  const identity = accountId === undefined ? undefined : { accessKeyId: 'A', accountId }
  try {
    return await objectAccess(
      { ...input, Key: 'k' },
      { bucket: { ...plain, ...asked }, identity, services: services(mode), authorizeNew: () => {} },
    )
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return `${error.status} ${error.code}`
  }
}

const everyone = { kind: 'everyone' } as const
const authenticated = { kind: 'authenticated' } as const
const full = (id: string) => grantTo(id, 'FULL_CONTROL')
const canned: readonly (readonly [name: string, by: string | undefined, access: ObjectAccess | string])[] = [
  ['private', owner, {}],
  ['private', writer, { ownerId: writer }],
  ['private', undefined, {}],
  ['public-read', owner, { acl: { ownerId: owner, grants: [{ grantee: everyone, permission: 'READ' }, full(owner)] } }],
  [
    'public-read-write',
    writer,
    {
      ownerId: writer,
      acl: {
        ownerId: writer,
        grants: [{ grantee: everyone, permission: 'READ' }, { grantee: everyone, permission: 'WRITE' }, full(writer)],
      },
    },
  ],
  [
    'authenticated-read',
    undefined,
    { acl: { ownerId: owner, grants: [{ grantee: authenticated, permission: 'READ' }, full(owner)] } },
  ],
  ['bucket-owner-read', owner, {}],
  [
    'bucket-owner-read',
    writer,
    { ownerId: writer, acl: { ownerId: writer, grants: [full(writer), grantTo(owner, 'READ')] } },
  ],
  ['bucket-owner-full-control', owner, {}],
  [
    'bucket-owner-full-control',
    writer,
    { ownerId: writer, acl: { ownerId: writer, grants: [full(writer), full(owner)] } },
  ],
  ['aws-exec-read', owner, '501 NotImplemented'],
]
for (const [name, by, expected] of canned) {
  const who = by === owner ? "the bucket's owner" : by === writer ? 'another account' : 'nobody known'
  test(`an object that ${who} writes with the canned ACL ${name} is kept with the grants that AWS lists`, async () => {
    assert.deepEqual(await access({ ACL: name }, { by }), expected)
  })
}

test('an object without an ACL belongs to who writes it, and to the owner of the bucket where that is nobody known', async () => {
  assert.deepEqual(await access({}), {})
  assert.deepEqual(await access({}, { by: writer }), { ownerId: writer })
  assert.deepEqual(await access({}, { by: undefined }), {})
})

test('BucketOwnerPreferred gives the owner of the bucket what is written with bucket-owner-full-control, and nothing else', async () => {
  const preferred = { ownership: 'BucketOwnerPreferred', by: writer } as const
  assert.deepEqual(await access({ ACL: 'bucket-owner-full-control' }, preferred), {})
  assert.deepEqual(await access({ ACL: 'private' }, preferred), { ownerId: writer })
  assert.deepEqual(await access({}, preferred), { ownerId: writer })
})

test('headers grant what they say and nothing to the owner besides', async () => {
  const input = {
    GrantRead: `id="${owner}", uri="http://acs.amazonaws.com/groups/global/AllUsers"`,
    GrantWrite: 'emailAddress=writer@example.com',
    GrantReadACP: 'uri="http://acs.amazonaws.com/groups/global/AuthenticatedUsers"',
    GrantWriteACP: `id=${writer}`,
    GrantFullControl: `id=${writer}`,
  }
  assert.deepEqual(await access(input), {
    acl: {
      ownerId: owner,
      grants: [
        grantTo(owner, 'READ'),
        { grantee: everyone, permission: 'READ' },
        grantTo(writer, 'WRITE'),
        { grantee: authenticated, permission: 'READ_ACP' },
        grantTo(writer, 'WRITE_ACP'),
        full(writer),
      ],
    },
  })
})

const manyGrants = (count: number): string => Array.from({ length: count }, () => `id=${writer}`).join()
const refused: readonly (readonly [what: string, input: AclInput, outcome: string])[] = [
  ['an account that is not there', { GrantRead: 'id=nobody' }, '400 InvalidArgument'],
  ['an address that nobody has', { GrantRead: 'emailAddress=no@example.com' }, '400 UnresolvableGrantByEmailAddress'],
  ['a group that is not there', { GrantRead: 'uri=http://example.com' }, '400 InvalidArgument'],
  ['LogDelivery', { GrantWrite: 'uri=http://acs.amazonaws.com/groups/s3/LogDelivery' }, '501 NotImplemented'],
  ['nonsense', { GrantRead: 'everybody' }, '400 InvalidArgument'],
  ['nonsense after a bad account', { GrantRead: 'id=nobody', GrantWrite: 'x' }, '400 InvalidArgument'],
  ['a name and a grant', { ACL: 'private', GrantRead: `id=${owner}` }, '400 InvalidRequest'],
  ['101 grants', { GrantRead: manyGrants(50), GrantWrite: manyGrants(51) }, '400 MalformedACLError'],
]
for (const [what, input, outcome] of refused) {
  test(`grants with ${what} are ${outcome}`, async () => {
    assert.equal(await access(input), outcome)
  })
}

test('100 grants are taken', async () => {
  const given = await access({ GrantRead: manyGrants(100) })
  assert.ok(typeof given === 'object' && given.acl?.grants.length === 100)
})

test('where public ACLs are blocked they are refused, and others are not', async () => {
  const block = {
    blockPublicAcls: true,
    ignorePublicAcls: false,
    blockPublicPolicy: false,
    restrictPublicBuckets: false,
  }
  for (const ACL of ['public-read', 'public-read-write', 'authenticated-read'])
    assert.equal(await access({ ACL }, { publicAccessBlock: block }), '403 AccessDenied')
  const toAll = { GrantReadACP: 'uri=http://acs.amazonaws.com/groups/global/AllUsers' }
  assert.equal(await access(toAll, { publicAccessBlock: block }), '403 AccessDenied')
  assert.deepEqual(await access({ ACL: 'private' }, { publicAccessBlock: block }), {})
  const others = { ...block, blockPublicAcls: false, ignorePublicAcls: true }
  assert.equal(typeof (await access({ ACL: 'public-read' }, { publicAccessBlock: others })), 'object')
})

const notSupported = '400 AccessControlListNotSupported'
const grants = { GrantRead: `id=${owner}` }
const withoutAcls: readonly (readonly [asked: Asked, input: AclInput, outcome: ObjectAccess | string])[] = [
  [{ mode: 'enforced' }, { ACL: 'private' }, {}],
  [{ mode: 'enforced' }, { ACL: 'bucket-owner-full-control' }, {}],
  [{ mode: 'enforced' }, { ACL: 'public-read' }, notSupported],
  [{ mode: 'enforced' }, { ACL: 'bucket-owner-read' }, notSupported],
  [{ mode: 'enforced' }, { ...grants }, notSupported],
  [{ mode: 'enforced', by: writer }, {}, {}],
  [{ mode: 'full', ownership: 'BucketOwnerEnforced' }, { ACL: 'private' }, notSupported],
  [{ mode: 'full', ownership: 'BucketOwnerEnforced' }, { ACL: 'bucket-owner-full-control' }, {}],
  [{ mode: 'full', ownership: 'BucketOwnerEnforced', by: writer }, {}, {}],
  [{ mode: 'get-only', ownership: 'BucketOwnerEnforced' }, { ACL: 'public-read' }, notSupported],
  [{ mode: 'bucket-private' }, { ACL: 'private' }, {}],
  [{ mode: 'bucket-private' }, { ACL: 'public-read' }, '400 InvalidArgument'],
  [{ mode: 'bucket-private' }, { ACL: 'bucket-owner-full-control' }, '400 InvalidArgument'],
  [{ mode: 'bucket-private' }, { ...grants }, '400 InvalidArgument'],
  [{ mode: 'get-only' }, { ACL: 'private' }, {}],
  [{ mode: 'get-only' }, { ACL: 'public-read' }, '501 NotImplemented'],
  [{ mode: 'get-only' }, { ...grants }, '501 NotImplemented'],
]
for (const [asked, input, outcome] of withoutAcls) {
  const what = `${asked.ownership ?? asked.mode}: ${input.ACL ?? (input.GrantRead === undefined ? 'no ACL' : 'a grant')}`
  test(`${what} by ${asked.by === writer ? 'another' : 'the owner'} is ${JSON.stringify(outcome)}`, async () => {
    assert.deepEqual(await access(input, asked), outcome)
  })
}

test('ownership controls switch ACLs on where they are off by default, as in AWS', async () => {
  const given = await access({}, { mode: 'enforced', ownership: 'ObjectWriter', by: writer })
  assert.deepEqual(given, { ownerId: writer })
})

type NewBucket = Parameters<typeof newBucketAccess>[0]
async function created(input: NewBucket, mode: AclMode = 'full'): Promise<unknown> {
  try {
    return await newBucketAccess(input, { accountId: owner, services: services(mode) })
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return `${error.status} ${error.code}`
  }
}
const toEveryone = { acl: { ownerId: owner, grants: [{ grantee: everyone, permission: 'READ' }, full(owner)] } }
const ofNewBuckets: readonly (readonly [mode: AclMode, input: NewBucket, outcome: unknown])[] = [
  ['full', {}, {}],
  ['full', { ACL: 'private' }, {}],
  ['full', { ACL: 'public-read' }, toEveryone],
  ['full', { ACL: 'public-read', ObjectOwnership: 'ObjectWriter' }, { ownership: 'ObjectWriter', ...toEveryone }],
  ['full', { ACL: 'public-read', ObjectOwnership: 'BucketOwnerEnforced' }, '400 InvalidBucketAclWithObjectOwnership'],
  ['full', { ACL: 'private', ObjectOwnership: 'BucketOwnerEnforced' }, { ownership: 'BucketOwnerEnforced' }],
  ['enforced', { ACL: 'private' }, {}],
  ['enforced', { ACL: 'public-read' }, notSupported],
  ['enforced', { ACL: 'public-read', ObjectOwnership: 'ObjectWriter' }, { ownership: 'ObjectWriter', ...toEveryone }],
  ['enforced', { ...grants }, notSupported],
  ['bucket-private', { ACL: 'public-read' }, '400 InvalidArgument'],
  ['bucket-private', { ObjectOwnership: 'ObjectWriter' }, '501 NotImplemented'],
  ['get-only', { ACL: 'public-read' }, '501 NotImplemented'],
  ['get-only', { ObjectOwnership: 'BucketOwnerEnforced' }, { ownership: 'BucketOwnerEnforced' }],
]
for (const [mode, input, outcome] of ofNewBuckets) {
  test(`a new bucket in ${mode} with ${JSON.stringify(input)} is ${JSON.stringify(outcome).slice(0, 60)}`, async () => {
    assert.deepEqual(await created(input, mode), outcome)
  })
}
