import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWithin, mayManage, rightsOf, type Right } from './rights.ts'
import { roles, type Role } from './roles.ts'

const all = Object.keys(roles) as Role[]

const table: Record<Role, Right[]> = {
  owner: ['self', 'storage.read', 'storage.write', 'keys', 'iam', 'audit'],
  member: ['self', 'storage.read', 'storage.write', 'keys'],
  's3.user': ['self', 'storage.read', 'keys'],
  's3.bucket.user': ['self', 'keys'],
  'iam.admin': ['self', 'iam', 'audit', 'keys'],
}
for (const role of all) {
  test(`${role} has its rights, and runs the deployment only as an owner of the first account`, () => {
    assert.deepEqual([...rightsOf(role, { operator: false })].sort(), table[role].toSorted())
    const more: Right[] = role === 'owner' ? ['operator'] : []
    assert.deepEqual([...rightsOf(role, { operator: true })].sort(), [...table[role], ...more].sort())
  })
}

test('one set of rights is not changed through another', () => {
  assert.ok(rightsOf('owner', { operator: true }).has('operator'))
  assert.equal(rightsOf('owner', { operator: false }).has('operator'), false)
})

/** Each role with those that it may give to a key of its own making. */
const within: Record<Role, Role[]> = {
  owner: all,
  member: ['member', 's3.user', 's3.bucket.user'],
  's3.user': ['s3.user', 's3.bucket.user'],
  's3.bucket.user': ['s3.bucket.user'],
  'iam.admin': ['iam.admin'],
}
for (const than of all) {
  test(`a key of ${than} makes no wider key`, () => {
    assert.deepEqual(
      all.filter((role) => isWithin(role, than)),
      all.filter((role) => within[than].includes(role)),
    )
  })
}

test('only owners, and administrators but for owners, manage users', () => {
  const managed = (manager: Role) => all.filter((role) => mayManage(manager, role))
  assert.deepEqual(managed('owner'), all)
  assert.deepEqual(
    managed('iam.admin'),
    all.filter((role) => role !== 'owner'),
  )
  for (const role of ['member', 's3.user', 's3.bucket.user'] as const) assert.deepEqual(managed(role), [])
})
