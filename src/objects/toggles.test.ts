import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Accounts } from '../access/accounts.ts'
import { systemRandom } from '../base/random.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import type { Bucket } from './bucket.ts'
import { parseToggle, profileNames, toggleNames, togglesOfProfile, toggleTable } from './profile.ts'
import { showToggleValue, ToggleFault } from './toggle.ts'
import { createFindToggles, layToggles } from './toggles.ts'

const clock = { now: () => 0, monotonic: () => 0 }

async function makePlace() {
  const metadata = createMemoryStore()
  const accounts = new Accounts({ store: metadata, clock, random: systemRandom })
  const account = await accounts.create('video-team')
  const bucket: Bucket = {
    id: '0'.repeat(16),
    name: 'photos',
    accountId: account.id,
    region: 'us-east-1',
    createdMs: 0,
  }
  return { metadata, accounts, account, bucket }
}

for (const profile of profileNames) {
  test(`every value of ${profile} is one of its toggle's kind, as a text too`, () => {
    for (const name of toggleNames) {
      const value = toggleTable[name].values[profile]
      assert.equal(parseToggle(name, value), value, name)
      assert.equal(parseToggle(name, showToggleValue(value)), value, name)
    }
  })
}

test('a value of another kind is a fault, and so is an unknown toggle', () => {
  for (const name of toggleNames) assert.throws(() => parseToggle(name, 'perhaps'), ToggleFault, name)
  for (const [name, value] of [
    ['keys.maxActive', 0],
    ['keys.maxActive', 1.5],
    ['keys.maxActive', 'no'],
    ['forceDelete.waitSeconds', null],
    ['sig.v2', 'on'],
    ['toString', 'on'],
    ['__proto__', 'on'],
  ] as const) {
    assert.throws(() => parseToggle(name, value), ToggleFault, name)
  }
})

test('without layers the toggles are those of aws', () => {
  assert.deepEqual(layToggles([]), togglesOfProfile('aws'))
})

test('a single toggle is over the profile of its layer, and a later profile replaces both', () => {
  const server = { profile: 'kontenum', toggles: { 'keys.maxActive': 5 } }
  assert.equal(layToggles([server])['keys.maxActive'], 5)
  assert.equal(layToggles([server])['s3.getObject'], 'disabled')
  assert.deepEqual(layToggles([server, { profile: 'selectel' }]), togglesOfProfile('selectel'))
  assert.equal(layToggles([server, { toggles: { http: 'deny' } }])['keys.maxActive'], 5)
})

test('a profile or toggle that a record names and this version does not know is not passed over', () => {
  assert.throws(() => layToggles([{ profile: 'acme' }]))
  assert.throws(() => layToggles([{ toggles: { 'sig.v9': 'on' } }]))
})

test('an account is over the server, and a bucket over its account', async () => {
  const { metadata, accounts, account, bucket } = await makePlace()
  const find = createFindToggles(metadata, [{ profile: 'selectel' }])
  assert.equal(find(bucket)['naming.bucket'], 'relaxed')
  await accounts.configure(account.id, () => ({ profile: 'qencode', toggles: { tagging: true } }))
  assert.equal(find(bucket)['naming.bucket'], 'qencode')
  assert.equal(find(bucket).tagging, true)
  assert.equal(find(undefined, account.id)['naming.bucket'], 'qencode')
  assert.equal(find()['naming.bucket'], 'relaxed')
  const own = { ...bucket, toggles: { 's3.getObject': 'disabled' } }
  assert.equal(find(own)['s3.getObject'], 'disabled')
  assert.equal(find(own)['naming.bucket'], 'qencode')
  assert.deepEqual(find({ ...own, profile: 'aws', toggles: undefined }), togglesOfProfile('aws'))
})

test('a change of the account shows at once, in buckets that have their own settings too', async () => {
  const { metadata, accounts, account, bucket } = await makePlace()
  const find = createFindToggles(metadata, [])
  const own = { ...bucket, toggles: { tagging: false } }
  assert.equal(find(own).http, 'local')
  assert.equal(find(own), find(own), 'the same bucket, the same object')
  await accounts.configure(account.id, () => ({ profile: undefined, toggles: { http: 'deny' } }))
  assert.equal(find(own).http, 'deny')
  assert.equal(find(own).tagging, false)
  await accounts.configure(account.id, () => ({ profile: undefined, toggles: undefined }))
  assert.equal(find(own).http, 'local')
})

test('the bucket decides by its owner, not by who asks', async () => {
  const { metadata, accounts, account, bucket } = await makePlace()
  const other = await accounts.create('other')
  await accounts.configure(other.id, () => ({ profile: 'kontenum', toggles: undefined }))
  const find = createFindToggles(metadata, [])
  assert.equal(find(bucket, other.id)['s3.getObject'], 'enabled')
  assert.equal(find({ ...bucket, accountId: other.id }, account.id)['s3.getObject'], 'disabled')
})
