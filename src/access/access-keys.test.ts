import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Clock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { AccessKeys } from './access-keys.ts'
import type { NewAccessKey } from './access-keys.ts'
import { Accounts } from './accounts.ts'
import type { Account } from './accounts.ts'
import { createFindCredential } from './find-credential.ts'
import { MasterKey } from './sealing.ts'

const clock: Clock = { now: () => 1_790_000_000_000, monotonic: () => 0 }

function setUp() {
  const store = createMemoryStore()
  const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
  const parts = { store, masterKey, clock, random: systemRandom }
  return {
    store,
    masterKey,
    accounts: new Accounts(parts),
    accessKeys: new AccessKeys(parts),
    findCredential: createFindCredential(store, masterKey, { foundMax: 3, missingMax: 2 }),
  }
}

let { store, masterKey, accounts, accessKeys, findCredential } = setUp()
let account: Account
beforeEach(async () => {
  ;({ store, masterKey, accounts, accessKeys, findCredential } = setUp())
  account = await accounts.create('video')
})

const withoutSecret = ({ accessKeyId, accountId, name, active, createdAt }: NewAccessKey) => ({
  accessKeyId,
  accountId,
  name,
  active,
  createdAt,
})

test('accounts: an id of 64 hex digits, found by it and by name', async () => {
  assert.match(account.id, /^[0-9a-f]{64}$/)
  assert.deepEqual(await accounts.get(account.id), account)
  assert.deepEqual(await accounts.find(account.id), account)
  assert.deepEqual(await accounts.find('video'), account)
  assert.equal(await accounts.get('x'), undefined)
  await assert.rejects(accounts.find('nobody'), { code: 'NoSuchEntity' })
  const audio = await accounts.create('audio')
  assert.deepEqual(await accounts.list(), [audio, account])
})

test('accounts: a name is given once, also when two ask at once', async () => {
  await assert.rejects(accounts.create('video'), { code: 'EntityAlreadyExists' })
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => accounts.create('new')))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await accounts.list()).length, 2)
})

test('accounts: bad names are refused', async () => {
  for (const name of ['', ' a', 'a\n', 'a\u0000b', 'x'.repeat(129), 'é'.repeat(65), 'f'.repeat(64)]) {
    await assert.rejects(accounts.create(name), { code: 'InvalidArgument' }, JSON.stringify(name))
  }
  await accounts.create('x'.repeat(128))
  await accounts.create('Тест & 映像')
})

test('accounts: a list is longer than a page', async () => {
  for (let index = 0; index < 1001; index++) await accounts.create(`n${index}`)
  assert.equal((await accounts.list()).length, 1002)
})

test('a key has 20 characters, its secret 40, and both are new each time', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => accessKeys.create(account.id)))
  for (const { accessKeyId, secretAccessKey } of keys) {
    assert.match(accessKeyId, /^AKIA[A-Z2-7]{16}$/)
    assert.match(secretAccessKey.reveal(), /^[A-Za-z0-9+/]{40}$/)
  }
  assert.equal(new Set(keys.map(({ accessKeyId }) => accessKeyId)).size, 20)
  assert.equal(new Set(keys.map(({ secretAccessKey }) => secretAccessKey.reveal())).size, 20)
})

test('a list has the keys of one account or of all, without secrets', async () => {
  const other = await accounts.create('other')
  const mine = [await accessKeys.create(account.id, 'one'), await accessKeys.create(account.id, 'two')]
  const theirs = await accessKeys.create(other.id)
  const byId = (a: { accessKeyId: string }, b: { accessKeyId: string }) => (a.accessKeyId < b.accessKeyId ? -1 : 1)
  assert.deepEqual(await accessKeys.list(account.id), mine.map(withoutSecret).toSorted(byId))
  assert.deepEqual(await accessKeys.list(other.id), [withoutSecret(theirs)])
  assert.deepEqual(await accessKeys.list(), [...mine, theirs].map(withoutSecret).toSorted(byId))
})

test('a key for no account is refused', async () => {
  await assert.rejects(accessKeys.create('0'.repeat(64)), { code: 'NoSuchEntity' })
  assert.deepEqual(await accessKeys.list(), [])
})

test('a credential is found while its key is active', async () => {
  const { accessKeyId, secretAccessKey } = await accessKeys.create(account.id)
  const credential = { accessKeyId, accountId: account.id, secret: secretAccessKey.reveal() }
  assert.deepEqual(await findCredential(accessKeyId), credential)
  await accessKeys.setActive(accessKeyId, false)
  assert.equal(await findCredential(accessKeyId), undefined)
  await accessKeys.setActive(accessKeyId, true)
  assert.deepEqual(await findCredential(accessKeyId), credential)
  await accessKeys.rename(accessKeyId, 'x')
  assert.deepEqual(await findCredential(accessKeyId), credential)
  await accessKeys.delete(accessKeyId)
  assert.equal(await findCredential(accessKeyId), undefined)
})

test('a new secret replaces the old one at once, under the same id', async () => {
  const { accessKeyId, secretAccessKey } = await accessKeys.create(account.id)
  assert.equal((await findCredential(accessKeyId))?.secret, secretAccessKey.reveal())
  const changed = await accessKeys.regenerate(accessKeyId)
  assert.equal(changed.accessKeyId, accessKeyId)
  assert.notEqual(changed.secretAccessKey.reveal(), secretAccessKey.reveal())
  assert.equal((await findCredential(accessKeyId))?.secret, changed.secretAccessKey.reveal())
})

test('a key that was not there is found once it is', async () => {
  assert.equal(await findCredential('media'), undefined)
  const key = accessKeys.plan(account.id, '', {
    accessKeyId: 'media',
    secretAccessKey: new Secret('one-good-secret-01'),
  })
  await store.transact({ exclusive: [Buffer.from('\u0011media')] }, (transaction) =>
    accessKeys.insert(transaction, key),
  )
  assert.equal((await findCredential('media'))?.secret, 'one-good-secret-01')
})

test('a found credential is answered from memory, and strangers do not push it out', async () => {
  const { accessKeyId } = await accessKeys.create(account.id)
  let reads = 0
  const counting = { ...store, stamp: store.stamp, get: (key: Uint8Array) => (reads++, store.get(key)) }
  const find = createFindCredential(counting, masterKey, { foundMax: 3, missingMax: 2 })
  await find(accessKeyId)
  await find(accessKeyId)
  assert.equal(reads, 1)
  for (let index = 0; index < 20; index++) await find(`unknown${index}`)
  assert.equal(reads, 21)
  await find(accessKeyId)
  await find('unknown19')
  assert.equal(reads, 21)
})

test('more keys than are remembered are all found', async () => {
  const keys: NewAccessKey[] = []
  for (let index = 0; index < 5; index++) keys.push(await accessKeys.create(account.id))
  for (const round of [1, 2]) {
    for (const key of keys) {
      assert.equal((await findCredential(key.accessKeyId))?.secret, key.secretAccessKey.reveal(), String(round))
    }
  }
})

test('an absurd id is not looked for', async () => {
  assert.equal(await findCredential(''), undefined)
  assert.equal(await findCredential('A'.repeat(129)), undefined)
})

test('what changes a key that is not there is refused', async () => {
  const absent = 'AKIANOSUCHKEY'
  for (const change of [
    () => accessKeys.rename(absent, 'x'),
    () => accessKeys.setActive(absent, false),
    () => accessKeys.regenerate(absent),
    () => accessKeys.delete(absent),
  ]) {
    await assert.rejects(change(), { code: 'NoSuchEntity' })
  }
  assert.equal(await accessKeys.open(absent), undefined)
})

test('a name of a key has no control characters and at most 256 bytes', async () => {
  const { accessKeyId } = await accessKeys.create(account.id, 'x'.repeat(256))
  await assert.rejects(accessKeys.rename(accessKeyId, 'x'.repeat(257)), { code: 'InvalidArgument' })
  await assert.rejects(accessKeys.rename(accessKeyId, 'a\u001B[2Jb'), { code: 'InvalidArgument' })
})

test('no record holds a secret in clear', async () => {
  const secrets = await Promise.all(
    [1, 2, 3].map(async () => (await accessKeys.create(account.id)).secretAccessKey.reveal()),
  )
  const records = await store.read((snapshot) => snapshot.scan(Buffer.of(0), Buffer.of(0xff), { limit: 1000 }))
  const all = Buffer.concat(records.flatMap(([key, value]) => [key, value])).toString('latin1')
  assert.ok(all.includes('AKIA'))
  for (const secret of secrets) {
    assert.ok(!all.includes(secret))
    assert.ok(!all.includes(Buffer.from(secret, 'base64').toString('latin1')))
    assert.ok(!all.includes(Buffer.from(secret).toString('base64')))
  }
})
