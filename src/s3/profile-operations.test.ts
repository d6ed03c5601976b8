import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { profileNames, togglesOfProfile, type ProfileName } from '../objects/profile.ts'
import type { Operation } from './operation.ts'
import { isSwitchedOn } from './profile-operations.ts'
import { operations } from './operations.generated.ts'
import { unserved } from './model.generated.ts'

const names = [...operations.map(({ shape }) => shape.name), ...unserved.map(({ name }) => name), 'PostObject']

/** In which profiles each operation is there. */
const rows: readonly (readonly [operation: string, ...profiles: ProfileName[]])[] = [
  ['GetObject', 'aws', 'qencode', 'selectel', 'kontenum'],
  ['PutObject', 'aws', 'qencode', 'selectel', 'kontenum'],
  ['PutBucketCors', 'aws', 'qencode', 'selectel', 'kontenum'],
  ['GetBucketVersioning', 'aws', 'qencode', 'selectel', 'kontenum'],
  ['PutObjectRetention', 'aws', 'qencode', 'selectel', 'kontenum'],
  ['PutBucketVersioning', 'aws', 'selectel', 'kontenum'],
  ['PutObjectTagging', 'aws', 'selectel', 'kontenum'],
  ['GetBucketTagging', 'aws', 'selectel', 'kontenum'],
  ['PutBucketLifecycleConfiguration', 'aws', 'selectel', 'kontenum'],
  ['PutBucketLogging', 'aws', 'selectel', 'kontenum'],
  ['PutBucketPolicy', 'aws', 'selectel', 'kontenum'],
  ['PutBucketWebsite', 'aws', 'selectel'],
  ['PostObject', 'aws', 'selectel'],
  ['GetObjectAttributes', 'aws', 'selectel', 'kontenum'],
  ['PutPublicAccessBlock', 'aws', 'selectel', 'kontenum'],
  ['RenameObject', 'aws', 'kontenum'],
]
for (const [operation, ...profiles] of rows) {
  test(`${operation} is there in ${profiles.join(', ')}`, () => {
    assert.ok(names.includes(operation), 'there is such an operation')
    assert.deepEqual(
      profileNames.filter((profile) => isSwitchedOn(togglesOfProfile(profile), operation)),
      profiles,
    )
  })
}

test('Q-OP: of all operations, qencode has exactly the 38 that it names', () => {
  const on = names.filter((name) => isSwitchedOn(togglesOfProfile('qencode'), name))
  assert.equal(new Set(on).size, 38, on.join(' '))
})

test('a single toggle brings back what the profile has off', () => {
  const toggles = { ...togglesOfProfile('qencode'), tagging: true }
  assert.ok(isSwitchedOn(toggles, 'PutObjectTagging'))
  assert.ok(!isSwitchedOn(toggles, 'PutBucketPolicy'))
})

/** Extensions that bring back, or tell, and write nothing new: `operations` alone decides of them. */
const ungoverned: ReadonlySet<string> = new Set([
  ...['GetUsage', 'GetBucketSoftDelete', 'PutBucketSoftDelete', 'DeleteBucketSoftDelete'],
  ...['ListDeletedObjects', 'UndeleteObject', 'PurgeDeletedObject'],
])

test('every other extension has a toggle by which it is switched off', async () => {
  const folder = join(import.meta.dirname, 'extensions')
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const off = {
    ...togglesOfProfile('aws'),
    ...{ 'ext.append': false, 'ext.compose': false, 'ext.rename': false, 'ext.forceDelete': false },
  }
  const on: string[] = []
  for (const file of files) {
    const { default: operation } = (await import(join(folder, file))) as { default: Operation }
    if (isSwitchedOn(off, operation.shape.name)) on.push(operation.shape.name)
    assert.ok(!isSwitchedOn(togglesOfProfile('qencode'), operation.shape.name), operation.shape.name)
  }
  assert.deepEqual(
    on.filter((name) => !ungoverned.has(name)),
    [],
    'name them in profile-operations.ts',
  )
})

test('in aws everything is there', () => {
  for (const name of names) assert.ok(isSwitchedOn(togglesOfProfile('aws'), name), name)
})
