import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aclAllows, grantTo, isDecidedByObject, isPrivateAcl, isPublicAcl, privateAcl, sameAcl } from './acl.ts'
import type { Acl, Grantee, Permission } from './acl.ts'

const owner = 'a'.repeat(64)
const other = 'b'.repeat(64)
const third = 'c'.repeat(64)

/** Amazon S3 User Guide, "Mapping of ACL permissions and access policy permissions". */
const bucketActions: Readonly<Record<Exclude<Permission, 'FULL_CONTROL'>, readonly string[]>> = {
  READ: ['s3:ListBucket', 's3:ListBucketVersions', 's3:ListBucketMultipartUploads'],
  // Tags are not in that table: as in Ceph, who may replace an object may tag it.
  WRITE: [
    ...['s3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject'],
    ...['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
  ],
  READ_ACP: ['s3:GetBucketAcl'],
  WRITE_ACP: ['s3:PutBucketAcl'],
}
const objectActions: Readonly<Record<Exclude<Permission, 'FULL_CONTROL'>, readonly string[]>> = {
  READ: ['s3:GetObject', 's3:GetObjectVersion'],
  WRITE: [],
  READ_ACP: ['s3:GetObjectAcl', 's3:GetObjectVersionAcl'],
  WRITE_ACP: ['s3:PutObjectAcl', 's3:PutObjectVersionAcl'],
}
const permissions = ['READ', 'WRITE', 'READ_ACP', 'WRITE_ACP'] as const
const neverByAcl = [
  ...['s3:DeleteBucket', 's3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteObjectVersion'],
  ...['s3:GetObjectTagging', 's3:GetBucketVersioning', 's3:PutBucketVersioning', 's3:BypassGovernanceRetention'],
  ...['s3:*', 's3:', '', 'constructor', '__proto__', 'toString'],
]
const all = [...Object.values(bucketActions), ...Object.values(objectActions), neverByAcl].flat()

for (const granted of [...permissions, 'FULL_CONTROL'] as const) {
  test(`${granted} allows an account what AWS says, and nothing else`, () => {
    const acl: Acl = { ownerId: owner, grants: [grantTo(other, granted)] }
    const expected = permissions
      .filter((permission) => granted === 'FULL_CONTROL' || permission === granted)
      .flatMap((permission) => [...bucketActions[permission], ...objectActions[permission]])
    const allowed = all.filter((action) => aclAllows(acl, { accountId: other, action }))
    assert.deepEqual(allowed.toSorted(), expected.toSorted())
    for (const accountId of [third, undefined])
      assert.deepEqual(
        all.filter((action) => aclAllows(acl, { accountId, action })),
        [],
      )
  })
}

const toGroup = (kind: 'everyone' | 'authenticated', permission: Permission): Acl => ({
  ownerId: owner,
  grants: [{ grantee: { kind }, permission }],
})

test('READ for everybody lets who has no account list a bucket, but neither its versions nor its uploads', () => {
  const acl = toGroup('everyone', 'READ')
  assert.deepEqual(
    all.filter((action) => aclAllows(acl, { accountId: undefined, action })),
    ['s3:ListBucket', 's3:GetObject', 's3:GetObjectVersion'],
  )
  assert.ok(aclAllows(acl, { accountId: other, action: 's3:ListBucketVersions' }))
})

test('WRITE for everybody lets who has no account put and delete, but not touch uploads of others', () => {
  const acl = toGroup('everyone', 'WRITE')
  assert.deepEqual(
    all.filter((action) => aclAllows(acl, { accountId: undefined, action })),
    ['s3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject'],
  )
})

test('what is granted to all who have an account is for nobody else', () => {
  const acl = toGroup('authenticated', 'READ')
  assert.ok(aclAllows(acl, { accountId: other, action: 's3:GetObject' }))
  assert.ok(!aclAllows(acl, { accountId: undefined, action: 's3:GetObject' }))
})

test('public grants count for nothing where they are ignored; those to accounts do', () => {
  const asking = { accountId: other, action: 's3:GetObject', ignoresPublic: true }
  assert.ok(!aclAllows(toGroup('everyone', 'READ'), asking))
  assert.ok(!aclAllows(toGroup('authenticated', 'READ'), asking))
  assert.ok(aclAllows({ ownerId: owner, grants: [grantTo(other, 'READ')] }, asking))
})

test('an owner without any grant can still read and change the ACL, and nothing else', () => {
  const acl: Acl = { ownerId: owner, grants: [] }
  const acp = [
    ...bucketActions.READ_ACP,
    ...bucketActions.WRITE_ACP,
    ...objectActions.READ_ACP,
    ...objectActions.WRITE_ACP,
  ]
  assert.deepEqual(all.filter((action) => aclAllows(acl, { accountId: owner, action })).toSorted(), acp.toSorted())
})

test('the actions on an object are decided by its own ACL, all others by the bucket’s', () => {
  assert.deepEqual(all.filter(isDecidedByObject).toSorted(), Object.values(objectActions).flat().toSorted())
})

const grant = (grantee: Grantee, permission: Permission): Acl => ({ ownerId: owner, grants: [{ grantee, permission }] })
const kinds: readonly (readonly [what: string, acl: Acl, isPrivate: boolean, isPublic: boolean])[] = [
  ['the default', privateAcl(owner), true, false],
  ['no grant', { ownerId: owner, grants: [] }, false, false],
  ['READ for the owner', grant({ kind: 'account', accountId: owner }, 'READ'), false, false],
  ['another account', grant({ kind: 'account', accountId: other }, 'FULL_CONTROL'), false, false],
  ['everybody', grant({ kind: 'everyone' }, 'READ'), false, true],
  ['everybody with an account', grant({ kind: 'authenticated' }, 'WRITE_ACP'), false, true],
  [
    'the owner and everybody',
    { ownerId: owner, grants: [...privateAcl(owner).grants, ...toGroup('everyone', 'READ').grants] },
    false,
    true,
  ],
]
for (const [what, acl, isPrivate, isPublic] of kinds) {
  test(`an ACL with ${what} is ${isPrivate ? '' : 'not '}private and ${isPublic ? '' : 'not '}public`, () => {
    assert.deepEqual([isPrivateAcl(acl), isPublicAcl(acl)], [isPrivate, isPublic])
  })
}

test('ACLs are the same whatever the order of their grants', () => {
  const [a, b] = [grantTo(owner, 'READ'), grantTo(other, 'READ')]
  assert.ok(sameAcl({ ownerId: owner, grants: [a, b] }, { ownerId: owner, grants: [b, a] }))
  assert.ok(!sameAcl({ ownerId: owner, grants: [a, b] }, { ownerId: other, grants: [a, b] }))
  assert.ok(!sameAcl({ ownerId: owner, grants: [a] }, { ownerId: owner, grants: [a, a] }))
  assert.ok(!sameAcl(toGroup('everyone', 'READ'), toGroup('authenticated', 'READ')))
})
