import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { may, type Identity, type Question } from './authorize.ts'
import { decisionOn } from './decision.ts'
import { bucketPolicy, identityPolicy, otherId, ownId, statement } from './policy/test-bed.ts'
import { roles } from './roles.ts'

const root: Identity = { accessKeyId: 'K', accountId: ownId }
const otherRoot: Identity = { accessKeyId: 'K', accountId: otherId }
const userOf = (accountId: string, ...policies: NonNullable<Identity['user']>['policies']): Identity => ({
  ...{ accessKeyId: 'K', accountId },
  user: { id: 'AIDAANNA', name: 'anna', policies },
})
const named = (name: string, changes: object) => ({
  ...identityPolicy({ Effect: 'Allow', Action: 's3:*', Resource: '*', ...changes }),
  name,
})
const nowhere = { Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }
const toOther = { AWS: `arn:aws:iam::${otherId}:root` }

const asked: Question = { identity: root, action: 's3:GetObject', resource: 'photos/a.jpg', ownerId: ownId }

describe('it is said which decided', () => {
  for (const [because, changes] of [
    ['It belongs to the account, and no policy denies it.', {}],
    [
      'Statement "No" of the bucket policy denies it.',
      { bucketPolicy: bucketPolicy([statement(), statement({ Sid: 'No', Effect: 'Deny' })]) },
    ],
    [
      'Statement 2 of the bucket policy allows it to everyone.',
      { identity: undefined, bucketPolicy: bucketPolicy([statement({ Action: 's3:PutObject' }), statement()]) },
    ],
    [
      'Statement "Office" of the bucket policy would allow it, but its conditions do not hold.',
      { identity: undefined, bucketPolicy: bucketPolicy(statement({ Sid: 'Office', ...nowhere })) },
    ],
    ['No policy allows it.', { identity: undefined }],
    ['No policy allows it, and no ACL does.', { identity: undefined, aclAllows: () => false }],
    [
      'No policy allows it, and public ACLs are ignored (IgnorePublicAcls of the public access block).',
      { identity: undefined, aclAllows: () => false, aclIgnoresPublic: true },
    ],
    ['An ACL allows it.', { identity: undefined, aclAllows: () => true }],
    [
      'The public access block (RestrictPublicBuckets) overrides the policy: statement 1 of the bucket policy would allow it.',
      { identity: otherRoot, bucketPolicy: bucketPolicy(statement()), restrictPublicBuckets: true },
    ],
    [
      'User policy "no-film" denies it.',
      { identity: userOf(ownId, roles.member, named('no-film', { Effect: 'Deny' })) },
    ],
    ["The user's role denies it.", { identity: userOf(ownId, roles['iam.admin'], named('all', {})) }],
    ["The user's role allows it.", { identity: userOf(ownId, roles.member) }],
    ['User policy "all" allows it.', { identity: userOf(ownId, roles['s3.bucket.user'], named('all', {})) }],
    [
      'Statement 1 of user policy "office" would allow it, but its conditions do not hold.',
      { identity: userOf(ownId, named('office', nowhere)) },
    ],
    [
      'Statement 1 of the bucket policy allows it.',
      { identity: userOf(otherId, roles.member), bucketPolicy: bucketPolicy(statement({ Principal: toOther })) },
    ],
    [
      'No policy of the user allows it, and its own account must allow it too.',
      { identity: userOf(otherId), bucketPolicy: bucketPolicy(statement({ Principal: toOther })) },
    ],
    [
      "The bucket has a policy, and what that does not allow is denied to the owner's account too (policy.exclusive).",
      { policyIsExclusive: true, bucketPolicy: bucketPolicy(statement({ Action: 's3:PutObject' })) },
    ],
    [
      'The object belongs to another account, and the bucket policy cannot give it away.',
      { identity: undefined, ownerId: otherId, bucketOwnerId: ownId, bucketPolicy: bucketPolicy(statement()) },
    ],
    [
      'No policy takes this away from the owner of the bucket.',
      {
        action: 's3:GetBucketPolicy',
        resource: 'photos',
        policyIsExclusive: true,
        bucketPolicy: bucketPolicy(statement({ Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::photos' })),
      },
    ],
  ] as const) {
    test(because, () => assert.equal(decisionOn({ ...asked, ...changes }).because, because))
  }
})

test('what is said to be decided is what is decided, in a whole sentence', () => {
  const statements = fc.array(
    fc.record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      Principal: fc.constantFrom(
        '*',
        toOther,
        { AWS: `arn:aws:iam::${ownId}:user/anna` },
        { AWS: `arn:aws:iam::${otherId}:user/anna` },
      ),
      Action: fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:*'),
      Condition: fc.constantFrom(undefined, nowhere.Condition),
    }),
    { minLength: 1, maxLength: 3 },
  )
  const policy = (effect: string) => named('p', { Effect: effect, ...(effect === 'Deny' ? nowhere : {}) })
  const question = fc.record({
    identity: fc.constantFrom(
      undefined,
      root,
      otherRoot,
      userOf(ownId),
      userOf(ownId, roles.member),
      userOf(otherId, roles.member),
      userOf(otherId, policy('Deny')),
      userOf(ownId, policy('Allow')),
    ),
    action: fc.constantFrom('s3:GetObject', 's3:DeleteObject', 's3:ListAllMyBuckets'),
    resource: fc.constant('photos/a.jpg'),
    under: fc.constantFrom(undefined, 'photos/'),
    ownerId: fc.constantFrom(ownId, otherId, undefined),
    bucketOwnerId: fc.constantFrom(undefined, ownId),
    bucketPolicy: fc.option(
      statements.map((list) =>
        bucketPolicy(
          list.map((each) => statement({ ...each })),
          {},
        ),
      ),
      { nil: undefined },
    ),
    restrictPublicBuckets: fc.boolean(),
    policyIsExclusive: fc.boolean(),
    aclAllows: fc.constantFrom(
      undefined,
      () => true,
      () => false,
    ),
    aclIgnoresPublic: fc.boolean(),
  })
  fc.assert(
    fc.property(question, (one) => {
      const { allowed, because } = decisionOn(one)
      assert.equal(allowed, may(one))
      assert.match(because, /^[A-Z][^\n]*\.$/)
      assert.doesNotMatch(because, /undefined| {2}|Statement of/)
      if (/(?<!no policy) denies it\.$|would allow it|No policy allows/.test(because))
        assert.equal(allowed, false, because)
    }),
    { numRuns: 2000 },
  )
})
