import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from './evaluate.ts'
import type { Principal } from './policy.ts'
import {
  anna,
  bucketPolicy,
  identityPolicy,
  otherAnna,
  otherId,
  otherRoot,
  ownId,
  root,
  statement,
} from './test-bed.ts'
import { verdictOf } from './test-bed.ts'

const bert: Principal = { accountId: ownId, user: { id: 'AIDABERT', name: 'bert' } }
const askers = { anonymous: undefined, root, anna, bert, otherRoot, otherAnna }
type Asker = keyof typeof askers

const rootArn = `arn:aws:iam::${ownId}:root`
const annaArn = `arn:aws:iam::${ownId}:user/anna`
const everybody = Object.keys(askers) as Asker[]
const everybodyBut = (...names: Asker[]): Asker[] => everybody.filter((name) => !names.includes(name))

/** Whom a statement is about: directly, or by their account alone. */
const principals: [element: 'Principal' | 'NotPrincipal', value: unknown, direct: Asker[], byAccount?: Asker[]][] = [
  ['Principal', '*', everybody],
  ['Principal', { AWS: '*' }, everybody],
  ['Principal', { AWS: ['*', ownId] }, everybody],
  ['Principal', { AWS: ownId }, ['root'], ['anna', 'bert']],
  ['Principal', { AWS: rootArn }, ['root'], ['anna', 'bert']],
  ['Principal', { CanonicalUser: ownId }, ['root'], ['anna', 'bert']],
  ['Principal', { AWS: annaArn }, ['anna']],
  ['Principal', { AWS: `arn:aws:iam::${ownId}:user/Anna` }, []],
  ['Principal', { AWS: `arn:aws:iam::${ownId}:user/team/anna` }, []],
  ['Principal', { AWS: [annaArn, rootArn] }, ['anna', 'root'], ['bert']],
  ['Principal', { AWS: [annaArn, otherId] }, ['anna', 'otherRoot'], ['otherAnna']],
  ['Principal', { AWS: annaArn, CanonicalUser: [otherId] }, ['anna', 'otherRoot'], ['otherAnna']],
  ['Principal', { Service: 'logging.s3.amazonaws.com' }, []],
]

for (const [element, value, direct, byAccount = []] of principals) {
  test(`${element} ${JSON.stringify(value).replaceAll(/(\w)\1{63}/g, '$1…')}`, () => {
    const allows = bucketPolicy(statement({ Principal: undefined, [element]: value }))
    const denies = bucketPolicy(statement({ Principal: undefined, [element]: value, Effect: 'Deny' }))
    for (const name of everybody) {
      const principal = askers[name]
      const allowed = direct.includes(name) ? 'Allow' : byAccount.includes(name) ? 'Delegate' : undefined
      assert.equal(verdictOf(allows, { principal }), allowed, name)
      assert.equal(verdictOf(denies, { principal }), allowed && 'Deny', name)
    }
  })
}

const excluded: [value: unknown, denied: Asker[]][] = [
  ['*', []],
  [{ AWS: rootArn }, everybodyBut('root')],
  [{ AWS: annaArn }, everybody],
  [{ AWS: [annaArn, rootArn] }, everybodyBut('root', 'anna')],
]

for (const [value, denied] of excluded) {
  test(`NotPrincipal ${JSON.stringify(value).replaceAll(/(\w)\1{63}/g, '$1…')}`, () => {
    const denies = bucketPolicy(statement({ Principal: undefined, NotPrincipal: value, Effect: 'Deny' }))
    for (const name of everybody) {
      const principal = askers[name]
      assert.equal(verdictOf(denies, { principal }), denied.includes(name) ? 'Deny' : undefined, name)
    }
  })
}

test('a denial counts, wherever it stands', () => {
  const [allow, deny] = [statement(), statement({ Effect: 'Deny', Resource: 'arn:aws:s3:::photos/secret/*' })]
  for (const policy of [bucketPolicy([allow, deny]), bucketPolicy([deny, allow])]) {
    assert.equal(verdictOf(policy, { resource: 'photos/secret/a' }), 'Deny')
    assert.equal(verdictOf(policy, { resource: 'photos/a' }), 'Allow')
  }
})

test('what is allowed directly is not made less by what is allowed to the account', () => {
  const [toAccount, toAnna] = [statement({ Principal: { AWS: ownId } }), statement({ Principal: { AWS: annaArn } })]
  for (const statements of [
    [toAccount, toAnna],
    [toAnna, toAccount],
  ]) {
    assert.equal(verdictOf(bucketPolicy(statements), { principal: anna }), 'Allow')
    assert.equal(verdictOf(bucketPolicy(statements), { principal: bert }), 'Delegate')
  }
})

const actions: [changes: Readonly<Record<string, unknown>>, action: string, verdict: Verdict][] = [
  [{ Action: 's3:GetObject' }, 's3:GetObject', 'Allow'],
  [{ Action: 'S3:getOBJECT' }, 's3:GetObject', 'Allow'],
  [{ Action: 's3:GetObject' }, 's3:GetObjectAcl', undefined],
  [{ Action: 's3:GetObject*' }, 's3:GetObjectAcl', 'Allow'],
  [{ Action: 's3:*' }, 's3:SomethingOfOurs', 'Allow'],
  [{ Action: '*' }, 's3:SomethingOfOurs', 'Allow'],
  [{ Action: ['s3:PutObject', 's3:Get?bject'] }, 's3:GetObject', 'Allow'],
  [{ Action: undefined, NotAction: 's3:Get*' }, 's3:GetObject', undefined],
  [{ Action: undefined, NotAction: ['s3:Get*', 's3:PutObject'] }, 's3:DeleteObject', 'Allow'],
]

for (const [changes, action, verdict] of actions) {
  test(`${JSON.stringify(changes)} and ${action}: ${verdict}`, () => {
    assert.equal(verdictOf(bucketPolicy(statement(changes)), { action }), verdict)
  })
}

const resources: [patterns: string[], resource: string, named: boolean][] = [
  [['photos/*'], 'photos/a/b', true],
  [['photos/*'], 'photos/', true],
  [['photos/*'], 'photos', false],
  [['photos/*'], 'photos2/a', false],
  [['photos*'], 'photos', true],
  [['photos/A.jpg'], 'photos/a.jpg', false],
  [['photos/a?.jpg'], 'photos/ab.jpg', true],
  [['photos/${*}'], 'photos/*', true],
  [['photos/${*}'], 'photos/a', false],
  [['photos/${$}{a}'], 'photos/${a}', true],
  [['photos/a', 'photos/b'], 'photos/b', true],
  [['*'], 'photos/a', true],
  [['photos/${aws:username}/*'], 'photos/anna/a', true],
  [['photos/${aws:username}/*'], 'photos/bert/a', false],
  [['photos/${aws:username}/*'], 'photos/${aws:username}/a', false],
  [['photos/${ aws:UserName }/?'], 'photos/anna/a', true],
  [["photos/${s3:prefix, 'none'}"], 'photos/none', true],
  [['photos/${s3:prefix}'], 'photos/', false],
  [['photos/${aws:referer}'], 'photos/*', true],
  [['photos/${aws:referer}'], 'photos/a', false],
]

for (const [patterns, resource, named] of resources) {
  test(`${patterns.join(' ')} ${named ? 'is' : 'is not'} ${resource}`, () => {
    const Resource = patterns.map((pattern) => `arn:aws:s3:::${pattern}`)
    const context = { 'aws:referer': '*' }
    const asked = { action: 's3:GetObject', resource, principal: anna }
    const positive = bucketPolicy(statement({ Action: '*', Resource }))
    assert.equal(verdictOf(positive, asked, context), named ? 'Allow' : undefined)
    const negative = bucketPolicy(statement({ Action: '*', Resource: undefined, NotResource: Resource }))
    assert.equal(verdictOf(negative, asked, context), named ? undefined : 'Allow')
  })
}

test('variables stand in conditions too', () => {
  const own = statement({
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::photos',
    Condition: { StringLike: { 's3:prefix': ['home/${aws:username}/*', '${aws:username}-?'] } },
  })
  const asked = { action: 's3:ListBucket', resource: 'photos', principal: anna }
  const verdict = (prefix: string) => verdictOf(bucketPolicy(own), asked, { 's3:prefix': prefix })
  assert.equal(verdict('home/anna/x'), 'Allow')
  assert.equal(verdict('anna-1'), 'Allow')
  assert.equal(verdict('home/bert/x'), undefined)
  assert.equal(verdictOf(bucketPolicy(own), { ...asked, principal: root }, { 's3:prefix': 'home//x' }), undefined)
})

test('a variable without a value, with several, or with too long a one is like nothing', () => {
  const policy = bucketPolicy(statement({ Resource: 'arn:aws:s3:::photos/${s3:prefix}*' }))
  assert.equal(verdictOf(policy, { resource: 'photos/ab' }, { 's3:prefix': 'a' }), 'Allow')
  assert.equal(verdictOf(policy, { resource: 'photos/ab' }, { 's3:prefix': ['a', 'b'] }), undefined)
  assert.equal(verdictOf(policy, { resource: 'photos/ab' }, {}), undefined)
  const long = 'a'.repeat(5000)
  assert.equal(verdictOf(policy, { resource: `photos/${long}` }, { 's3:prefix': long }), undefined)
})

test('in version 2008-10-17, and where none is told, variables are no variables', () => {
  for (const Version of ['2008-10-17', undefined]) {
    const policy = bucketPolicy(statement({ Resource: 'arn:aws:s3:::photos/${aws:username}' }), { Version })
    assert.equal(verdictOf(policy, { resource: 'photos/anna', principal: anna }), undefined)
    assert.equal(verdictOf(policy, { resource: 'photos/${aws:username}', principal: anna }), 'Allow')
  }
})

test('an identity policy is about whoever it is attached to, on any bucket', () => {
  const policy = identityPolicy([
    { Effect: 'Allow', Action: 's3:*', Resource: ['arn:aws:s3:::photos/*', 'arn:aws:sqs:eu:1:x'] },
    { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' },
    { Effect: 'Allow', Action: 'sqs:*', Resource: '*' },
    { Effect: 'Deny', Action: 's3:Delete*', NotResource: 'arn:aws:s3:::photos/tmp/*' },
  ])
  const verdict = (action: string, resource: string) => verdictOf(policy, { principal: anna, action, resource })
  assert.equal(verdict('s3:GetObject', 'photos/a'), 'Allow')
  assert.equal(verdict('s3:GetObject', 'films/a'), undefined)
  assert.equal(verdict('s3:ListAllMyBuckets', '*'), 'Allow')
  assert.equal(verdict('s3:DeleteObject', 'photos/a'), 'Deny')
  assert.equal(verdict('s3:DeleteObject', 'photos/tmp/a'), 'Allow')
})

test('a resource of another service alone is no resource of ours', () => {
  const policy = identityPolicy({ Effect: 'Allow', Action: '*', Resource: 'arn:aws:sqs:eu:1:x' })
  assert.equal(verdictOf(policy, { principal: anna, action: 's3:GetObject', resource: 'x' }), undefined)
})

/** Of an action on all that is under `photos/`: what two statements, one after the other, come to. */
const underAll: readonly (readonly [verdict: Verdict, ...changes: Readonly<Record<string, unknown>>[]])[] = [
  ['Allow', { Resource: 'arn:aws:s3:::photos/*' }],
  ['Allow', { Resource: 'arn:aws:s3:::pho*' }],
  ['Allow', { Resource: 'arn:aws:s3:::*' }],
  ['Allow', { Resource: 'arn:aws:s3:::photo?/*' }],
  [undefined, { Resource: 'arn:aws:s3:::photos/a' }],
  [undefined, { Resource: 'arn:aws:s3:::photos/?' }],
  [undefined, { Resource: 'arn:aws:s3:::photos/a*' }],
  [undefined, { Resource: 'arn:aws:s3:::photos/*a' }],
  [undefined, { Resource: 'arn:aws:s3:::photos/${aws:username}*' }],
  [undefined, { Resource: undefined, NotResource: 'arn:aws:s3:::photos/a' }],
  ['Allow', { Resource: undefined, NotResource: 'arn:aws:s3:::photos' }],
  [undefined, { Condition: { StringNotEquals: { 's3:ExistingObjectTag/keep': 'yes' } } }],
  ['Deny', {}, { Effect: 'Deny', Resource: 'arn:aws:s3:::photos/a' }],
  ['Deny', {}, { Effect: 'Deny', Resource: 'arn:aws:s3:::*a' }],
  ['Deny', {}, { Effect: 'Deny', Resource: 'arn:aws:s3:::photos/${aws:username}' }],
  ['Deny', {}, { Effect: 'Deny', Resource: undefined, NotResource: 'arn:aws:s3:::photos/a*' }],
  ['Allow', {}, { Effect: 'Deny', Resource: undefined, NotResource: 'arn:aws:s3:::photos/*' }],
  ['Allow', {}, { Effect: 'Deny', Resource: 'arn:aws:s3:::photos', Action: 's3:*' }],
  ['Deny', {}, { Effect: 'Deny', Condition: { StringEquals: { 's3:ExistingObjectTag/keep': 'yes' } } }],
  ['Allow', {}, { Effect: 'Deny', Condition: { StringEquals: { 'aws:Referer': 'x' } } }],
  ['Allow', {}, { Effect: 'Deny', Action: 's3:GetObjectAcl' }],
]
for (const [verdict, ...changes] of underAll) {
  test(`of all that is in a bucket: ${JSON.stringify(changes)}: ${verdict}`, () => {
    const policy = bucketPolicy(changes.map((change) => statement({ Resource: 'arn:aws:s3:::photos/*', ...change })))
    assert.equal(verdictOf(policy, { resource: 'photos/*', under: 'photos/', principal: anna }), verdict)
  })
}
