import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorize, isAuthorized } from './authorize.ts'

const mine = 'a'.repeat(64)
const theirs = 'b'.repeat(64)
const identity = { accessKeyId: 'AKIA1', accountId: mine }
const denied = { code: 'AccessDenied' }

test('the owner of a bucket may do everything to it', () => {
  for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteBucket', 's3:ListBucket', 's3:AnythingElse']) {
    const authorized = authorize({ identity, action, resource: 'photos/a', ownerId: mine })
    assert.deepEqual([authorized.identity, authorized.action, authorized.resource], [identity, action, 'photos/a'])
  }
})

test('nobody may do anything to the bucket of another', () => {
  for (const action of ['s3:GetObject', 's3:ListBucket', 's3:CreateBucket', 's3:ListAllMyBuckets']) {
    assert.throws(() => authorize({ identity, action, resource: 'photos/a', ownerId: theirs }), denied)
  }
})

test('who has not signed may do nothing', () => {
  for (const ownerId of [mine, undefined]) {
    assert.throws(
      () => authorize({ identity: undefined, action: 's3:GetObject', resource: 'photos/a', ownerId }),
      denied,
    )
    assert.throws(
      () => authorize({ identity: undefined, action: 's3:ListAllMyBuckets', resource: '*', ownerId }),
      denied,
    )
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
  const authorized = authorize({ identity, action: 's3:GetObject', resource: 'photos/a', ownerId: mine })
  assert.ok(isAuthorized(authorized))
  const { identity: who, action, resource } = authorized
  const copy = { identity: who, action, resource }
  const forged: unknown[] = [copy, Object.create(authorized), structuredClone(copy), null, undefined, 1]
  for (const value of forged) assert.equal(isAuthorized(value), false)
})
