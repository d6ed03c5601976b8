import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { authorize, isAuthorized, may, type Identity, type Question } from './authorize.ts'
import { bucketPolicy, identityPolicy, otherId, ownId, requestOf, statement, type Context } from './policy/test-bed.ts'
import type { Policy } from './policy/policy.ts'
import { roles } from './roles.ts'

const identity = { accessKeyId: 'AKIA1', accountId: ownId }
const stranger = { accessKeyId: 'AKIA2', accountId: otherId }
const denied = { code: 'AccessDenied' }

const userWith = (accountId: string, ...policies: readonly Policy[]): Identity => ({
  accessKeyId: 'AKIA3',
  accountId,
  user: { id: 'AIDAANNA', name: 'anna', policies },
})

const mine = (Effect: 'Allow' | 'Deny', Action = 's3:*'): Policy => identityPolicy({ Effect, Action, Resource: '*' })

test('the owner of a bucket may do everything to it', () => {
  for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteBucket', 's3:ListBucket', 's3:AnythingElse']) {
    const authorized = authorize({ identity, action, resource: 'photos/a', ownerId: ownId })
    assert.deepEqual([authorized.identity, authorized.action, authorized.resource], [identity, action, 'photos/a'])
  }
})

test('nobody may do anything to the bucket of another', () => {
  for (const action of ['s3:GetObject', 's3:ListBucket', 's3:CreateBucket', 's3:ListAllMyBuckets']) {
    assert.throws(() => authorize({ identity, action, resource: 'photos/a', ownerId: otherId }), denied)
  }
})

test('who has not signed may do nothing', () => {
  for (const ownerId of [ownId, undefined]) {
    for (const action of ['s3:GetObject', 's3:ListAllMyBuckets', 's3:CreateBucket']) {
      assert.throws(() => authorize({ identity: undefined, action, resource: 'photos/a', ownerId }), denied)
    }
  }
})

test('where nobody owns the resource, only making and listing buckets is allowed', () => {
  authorize({ identity, action: 's3:CreateBucket', resource: 'new', ownerId: undefined })
  authorize({ identity, action: 's3:ListAllMyBuckets', resource: '*', ownerId: undefined })
  for (const action of ['s3:GetObject', 's3:DeleteBucket', '', 'toString', '__proto__']) {
    assert.throws(() => authorize({ identity, action, resource: 'x', ownerId: undefined }), denied)
  }
})

test('only authorize makes the proof', () => {
  const authorized = authorize({ identity, action: 's3:GetObject', resource: 'photos/a', ownerId: ownId })
  assert.ok(isAuthorized(authorized))
  const { identity: who, action, resource } = authorized
  const copy = { identity: who, action, resource }
  const forged: unknown[] = [copy, Object.create(authorized), structuredClone(copy), null, undefined, 1]
  for (const value of forged) assert.equal(isAuthorized(value), false)
})

test('the proof of what is allowed to anybody has no identity', () => {
  const question = {
    action: 's3:GetObject',
    resource: 'photos/a',
    ownerId: ownId,
    bucketPolicy: bucketPolicy(statement()),
  }
  assert.equal(authorize({ ...question, identity: undefined }).identity, undefined)
  assert.equal(authorize({ ...question, identity: stranger }).identity, stranger)
})

const annaArn = `arn:aws:iam::${ownId}:user/anna`
const otherAnnaArn = `arn:aws:iam::${otherId}:user/anna`
const to = (AWS: string | string[], changes = {}) => bucketPolicy(statement({ Principal: { AWS }, ...changes }))
const against = (AWS: string | string[], changes = {}) => to(AWS, { Effect: 'Deny', ...changes })
const everybody = bucketPolicy(statement())

const root = identity
const anna = userWith(ownId)
const annaMay = userWith(ownId, mine('Allow'))
const annaMayNot = userWith(ownId, mine('Allow'), mine('Deny', 's3:GetObject'))
const otherAnna = userWith(otherId)
const otherAnnaMay = userWith(otherId, mine('Allow'))
const nobody = undefined

/**
 * Who asks for an object of a bucket, and what is allowed: AWS's "Policy evaluation logic", "Cross-account policy evaluation logic" and "How
 * Amazon S3 authorizes a request for an object operation".
 */
const outcomes: [who: string, identity: Identity | undefined, policy: Policy | undefined, allowed: boolean][] = [
  ['the owner, without a policy', root, undefined, true],
  ['the owner, where the policy says nothing', root, to(otherId), true],
  ['the owner, denied', root, against(ownId), false],
  ['the owner, denied with everybody', root, against('*'), false],
  ['the owner, where its user is denied', root, against(annaArn), true],
  [
    'the owner, spared',
    root,
    bucketPolicy(statement({ Principal: undefined, NotPrincipal: { AWS: ownId }, Effect: 'Deny' })),
    true,
  ],

  ['a user of the owner, whom nothing allows it', anna, undefined, false],
  ['a user of the owner, by its own policy', annaMay, undefined, true],
  ['a user of the owner, denied by its own policy', annaMayNot, undefined, false],
  ['a user of the owner, denied by its own policy, allowed by the bucket', annaMayNot, to(annaArn), false],
  ['a user of the owner, by name', anna, to(annaArn), true],
  ['a user of the owner, with everybody', anna, everybody, true],
  ['a user of the owner, by its account alone', anna, to(ownId), false],
  ['a user of the owner, by its account and its own policy', annaMay, to(ownId), true],
  ['a user of the owner, by its own policy, denied by name', annaMay, against(annaArn), false],
  ['a user of the owner, by its own policy, its account denied', annaMay, against(ownId), false],
  ['a user of the owner, by its own policy, where another is denied', annaMay, against(`${annaArn}2`), true],

  ['another account, without a policy', stranger, undefined, false],
  ['another account, allowed', stranger, to(otherId), true],
  ['another account, with everybody', stranger, everybody, true],
  ['another account, where its user is allowed', stranger, to(otherAnnaArn), false],
  [
    'another account, allowed and denied',
    stranger,
    bucketPolicy([statement(), statement({ Effect: 'Deny', Principal: { AWS: otherId } })]),
    false,
  ],

  ['a user of another account, by name, without its own account', otherAnna, to(otherAnnaArn), false],
  ['a user of another account, by name and its own account', otherAnnaMay, to(otherAnnaArn), true],
  ['a user of another account, by its account and its own account', otherAnnaMay, to(otherId), true],
  ['a user of another account, by its own account alone', otherAnnaMay, undefined, false],
  ['a user of another account, with everybody, without its own account', otherAnna, everybody, false],
  [
    'a user of another account, with everybody, denied by its own account',
    userWith(otherId, mine('Deny')),
    everybody,
    false,
  ],
  [
    'a user of another account, its account denied',
    otherAnnaMay,
    bucketPolicy([statement(), statement({ Effect: 'Deny', Principal: { AWS: otherId } })]),
    false,
  ],

  ['who has not signed, without a policy', nobody, undefined, false],
  ['who has not signed, with everybody', nobody, everybody, true],
  ['who has not signed, where an account is allowed', nobody, to(ownId), false],
  [
    'who has not signed, where everybody but an account is denied',
    nobody,
    bucketPolicy([statement(), statement({ Effect: 'Deny', Principal: undefined, NotPrincipal: { AWS: ownId } })]),
    false,
  ],
]

for (const [who, identity, policy, allowed] of outcomes) {
  test(`${allowed ? 'allowed' : 'denied'}: ${who}`, () => {
    const question = { identity, action: 's3:GetObject', resource: 'photos/a', ownerId: ownId, bucketPolicy: policy }
    assert.equal(may(question), allowed)
    if (allowed) assert.ok(isAuthorized(authorize(question)))
    else assert.throws(() => authorize(question), denied)
  })
}

test("a bucket's owner can never be kept from its policy, and from all else it can", () => {
  const shut = bucketPolicy(
    statement({ Effect: 'Deny', Action: 's3:*', Resource: ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*'] }),
  )
  const question = { resource: 'photos', ownerId: ownId, bucketPolicy: shut }
  for (const action of ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy']) {
    assert.equal(may({ ...question, identity: root, action }), true, action)
    for (const identity of [annaMay, stranger, nobody])
      assert.equal(may({ ...question, identity, action }), false, action)
  }
  for (const action of ['s3:GetBucketAcl', 's3:DeleteBucket', 's3:PutBucketPublicAccessBlock', 's3:GetObject']) {
    assert.equal(may({ ...question, identity: root, action }), false, action)
  }
})

test("a public policy lets in nobody but the owner's account where public buckets are restricted", () => {
  const given = bucketPolicy([statement(), statement({ Principal: { AWS: [otherId, annaArn] } })])
  const question = { action: 's3:GetObject', resource: 'photos/a', ownerId: ownId, bucketPolicy: given }
  const restricted = { ...question, restrictPublicBuckets: true }
  for (const identity of [nobody, stranger, otherAnnaMay]) {
    assert.equal(may({ ...question, identity }), true)
    assert.equal(may({ ...restricted, identity }), false)
    assert.equal(may({ ...restricted, identity, aclAllows: () => true }), false)
  }
  for (const identity of [root, anna, annaMay]) assert.equal(may({ ...restricted, identity }), true)
  const ofStranger = { ...restricted, ownerId: otherId, bucketOwnerId: ownId, aclAllows: () => true }
  for (const identity of [root, annaMay]) assert.equal(may({ ...ofStranger, identity }), true)
  assert.equal(may({ ...ofStranger, identity: nobody }), false)
  assert.equal(may({ ...restricted, identity: stranger, bucketPolicy: to(otherId) }), true)
})

test('what a policy does not decide an ACL does, and it is asked last', () => {
  const question = { action: 's3:GetObject', resource: 'photos/a', ownerId: ownId }
  const unasked = () => assert.fail('asked')
  for (const identity of [nobody, stranger, otherAnnaMay]) {
    assert.equal(may({ ...question, identity, aclAllows: () => true }), true)
    assert.equal(may({ ...question, identity, aclAllows: () => false }), false)
    assert.equal(may({ ...question, identity, aclAllows: unasked, bucketPolicy: everybody }), true)
    assert.equal(may({ ...question, identity, aclAllows: unasked, bucketPolicy: against('*') }), false)
  }
  assert.equal(may({ ...question, identity: root, aclAllows: unasked }), true)
  // What an ACL gives to an account is for its root to give to its users.
  for (const identity of [anna, otherAnna]) assert.equal(may({ ...question, identity, aclAllows: unasked }), false)
})

const ofStranger = { action: 's3:GetObject', resource: 'photos/a', ownerId: otherId, bucketOwnerId: ownId }

test("an object of another account in a bucket is that account's, not the bucket's", () => {
  assert.equal(may({ ...ofStranger, identity: stranger }), true)
  assert.equal(may({ ...ofStranger, identity: root }), false)
  assert.equal(may({ ...ofStranger, identity: annaMay }), false)
  assert.equal(may({ ...ofStranger, identity: root, aclAllows: () => true }), true)
  assert.equal(may({ ...ofStranger, identity: annaMay, aclAllows: () => true }), true)
  assert.equal(may({ ...ofStranger, identity: nobody, bucketPolicy: everybody }), false)
  assert.equal(may({ ...ofStranger, identity: root, bucketPolicy: to(ownId) }), false)
})

test("the bucket's owner may deny what is done to any object, and delete any", () => {
  assert.equal(may({ ...ofStranger, identity: stranger, bucketPolicy: against(otherId) }), false)
  for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:AbortMultipartUpload']) {
    assert.equal(may({ ...ofStranger, action, identity: root }), true, action)
    assert.equal(may({ ...ofStranger, action, identity: stranger }), false, action)
    const given = to(otherId, { Action: action })
    assert.equal(may({ ...ofStranger, action, identity: stranger, bucketPolicy: given }), true, action)
  }
})

test('users make and list buckets where their policies allow it', () => {
  for (const action of ['s3:CreateBucket', 's3:ListAllMyBuckets']) {
    const question = { action, resource: '*', ownerId: undefined }
    assert.equal(may({ ...question, identity: annaMay }), true)
    assert.equal(may({ ...question, identity: userWith(ownId, mine('Allow', action)) }), true)
    assert.equal(may({ ...question, identity: anna }), false)
    assert.equal(may({ ...question, identity: userWith(ownId, mine('Allow'), mine('Deny', action)) }), false)
  }
  assert.equal(may({ identity: annaMay, action: 's3:DeleteBucket', resource: 'x', ownerId: undefined }), false)
})

const byRole: [role: keyof typeof roles, lists: boolean, reads: boolean, readsPublic: boolean][] = [
  ['owner', true, true, true],
  ['member', true, true, true],
  ['s3.user', true, true, true],
  ['s3.bucket.user', true, false, true],
  ['iam.admin', false, false, false],
]

for (const [role, lists, reads, readsPublic] of byRole) {
  test(`the role ${role} ${lists ? 'lists buckets' : 'does not list buckets'} and ${reads ? 'reads' : 'does not read'}`, () => {
    const identity = userWith(ownId, roles[role])
    const read = { identity, action: 's3:GetObject', resource: 'photos/a', ownerId: ownId }
    assert.equal(may({ identity, action: 's3:ListAllMyBuckets', resource: '*', ownerId: undefined }), lists)
    assert.equal(may(read), reads)
    assert.equal(may({ ...read, bucketPolicy: everybody }), readsPublic)
    assert.equal(may({ ...read, bucketPolicy: to(annaArn) }), readsPublic)
    assert.equal(may({ ...read, ownerId: otherId }), false)
  })
}

test("conditions are asked with the request's context, in policies of both kinds", () => {
  const Condition = { Bool: { 'aws:SecureTransport': 'true' } }
  const own = identityPolicy({ Effect: 'Allow', Action: 's3:*', Resource: '*', Condition })
  const question = { action: 's3:GetObject', resource: 'photos/a', ownerId: ownId }
  const context = (facts: Context) => requestOf({}, facts).context
  for (const [secure, allowed] of [
    ['true', true],
    ['false', false],
  ] as const) {
    const asked = { ...question, context: context({ 'aws:securetransport': secure }) }
    assert.equal(may({ ...asked, identity: userWith(ownId, own) }), allowed)
    assert.equal(may({ ...asked, identity: nobody, bucketPolicy: bucketPolicy(statement({ Condition })) }), allowed)
  }
  assert.equal(may({ ...question, identity: userWith(ownId, own) }), false)
})

const user = `User: ${annaArn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::photos/a"`
const explanations: [changes: Partial<Question>, message: string][] = [
  [{ identity: anna }, `${user} because no identity-based policy allows the s3:GetObject action`],
  [{ identity: annaMayNot }, `${user} with an explicit deny in an identity-based policy`],
  [{ identity: annaMay, bucketPolicy: against(annaArn) }, `${user} with an explicit deny in a resource-based policy`],
  [
    { identity: root, bucketPolicy: against('*') },
    `${user.replace('user/anna', 'root')} with an explicit deny in a resource-based policy`,
  ],
  [{ identity: anna, ownerId: undefined }, `${user} because no identity-based policy allows the s3:GetObject action`],
  [{ identity: otherAnna }, 'Access Denied'],
  [{ identity: stranger }, 'Access Denied'],
  [{ identity: stranger, bucketPolicy: against('*') }, 'Access Denied'],
  [{ identity: nobody }, 'Access Denied'],
]

test('why it is denied is told to the account whose affair it is, and to nobody else', () => {
  for (const [changes, message] of explanations) {
    const question = { identity: nobody, action: 's3:GetObject', resource: 'photos/a', ownerId: ownId, ...changes }
    assert.throws(() => authorize(question), { code: 'AccessDenied', message, details: {} })
  }
})

test("more denials never allow more, and without a statement that allows it nobody but the owner's account may", () => {
  const principal = fc.constantFrom(
    '*',
    { AWS: ownId },
    { AWS: annaArn },
    { AWS: otherId },
    { AWS: [otherAnnaArn, annaArn] },
  )
  const one = (Effect: string) => principal.map((Principal) => statement({ Effect, Principal, Sid: undefined }))
  const asker = fc.constantFrom(root, anna, annaMay, annaMayNot, stranger, otherAnna, otherAnnaMay, nobody)
  fc.assert(
    fc.property(
      fc.array(one('Allow'), { minLength: 1, maxLength: 3 }),
      one('Deny'),
      asker,
      (allows, deny, identity) => {
        const question = { identity, action: 's3:GetObject', resource: 'photos/a', ownerId: ownId }
        const before = may({ ...question, bucketPolicy: bucketPolicy(allows) })
        const after = may({ ...question, bucketPolicy: bucketPolicy([...allows, deny]) })
        assert.ok(before || !after)
        const without = may({ ...question, bucketPolicy: bucketPolicy(deny) })
        assert.ok(!without || identity?.accountId === ownId)
      },
    ),
    { numRuns: 2000 },
  )
})
