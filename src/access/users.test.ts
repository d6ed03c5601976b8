import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { AccessKeys } from './access-keys.ts'
import { Accounts, type Account } from './accounts.ts'
import { may } from './authorize.ts'
import { createFindCredential } from './find-credential.ts'
import { policySizeMax } from './policy/read-document.ts'
import { userKey } from './records.ts'
import { MasterKey } from './sealing.ts'
import { userPoliciesMax } from './users.ts'

const clock: Clock = { now: () => 1_790_000_000_000, monotonic: () => 0 }
const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)

function setUp() {
  const store = createMemoryStore()
  const parts = { store, masterKey, clock, random: systemRandom }
  const accounts = new Accounts(parts)
  return { store, accounts, users: accounts.users, accessKeys: new AccessKeys(parts) }
}

let { store, accounts, users, accessKeys } = setUp()
let account: Account
beforeEach(async () => {
  ;({ store, accounts, users, accessKeys } = setUp())
  account = await accounts.create('video')
})

const reading = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/${aws:username}/*' },
})
const writing = reading.replace('s3:GetObject', 's3:PutObject')

/** Whether the key's holder may do it to an object of its account's. */
async function mayWith(accessKeyId: string, action: string, over: MetadataStore = store): Promise<boolean> {
  const identity = await createFindCredential(over, masterKey)(accessKeyId)
  assert.ok(identity)
  return may({ identity, action, resource: 'photos/anna/a', ownerId: account.id })
}

test('a user is found by its name in any case, and by its id', async () => {
  const anna = await users.create(account.id, 'Anna', { role: 'member', policies: new Map([['reading', reading]]) })
  assert.match(anna.id, /^AIDA[A-Z2-7]{16}$/)
  assert.deepEqual([anna.accountId, anna.name, anna.role, anna.createdAt], [account.id, 'Anna', 'member', clock.now()])
  assert.deepEqual(await users.get(anna.id), anna)
  for (const name of ['Anna', 'anna', anna.id]) assert.deepEqual(await users.find(account.id, name), anna)
  const other = await accounts.create('other')
  for (const name of ['Anna', anna.id, 'nobody', '']) {
    await assert.rejects(users.find(other.id, name), { code: 'NoSuchEntity' })
  }
})

test('users are listed by name, those of one account', async () => {
  const other = await accounts.create('other')
  await users.create(other.id, 'anna')
  for (const name of ['bert', 'Anna', 'cora']) await users.create(account.id, name)
  assert.deepEqual(
    (await users.list(account.id)).map(({ name }) => name),
    ['Anna', 'bert', 'cora'],
  )
  for (let index = 0; index < 1001; index++) await users.create(other.id, `n${index}`)
  assert.equal((await users.list(other.id)).length, 1002)
})

test('a name is given once in an account, whatever its case, also when two ask at once', async () => {
  const outcomes = await Promise.allSettled(['anna', 'Anna', 'ANNA'].map((name) => users.create(account.id, name)))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  await assert.rejects(users.create(account.id, 'annA'), { code: 'EntityAlreadyExists' })
  await users.create((await accounts.create('other')).id, 'anna')
})

test('what no user can be is refused', async () => {
  const bad: [name: string, grants: object, code: string][] = [
    ['', {}, 'InvalidArgument'],
    ['a b', {}, 'InvalidArgument'],
    ['a/b', {}, 'InvalidArgument'],
    ['*', {}, 'InvalidArgument'],
    ['a'.repeat(65), {}, 'InvalidArgument'],
    ['AIDAAAAAAAAAAAAAAAAA', {}, 'InvalidArgument'],
    ['anna', { role: 'admin' }, 'InvalidArgument'],
    ['anna', { role: 'toString' }, 'InvalidArgument'],
    ['anna', { policies: new Map([['a b', reading]]) }, 'InvalidArgument'],
    ['anna', { policies: new Map([['a', '{}']]) }, 'MalformedPolicy'],
    ['anna', { policies: new Map([['a', reading.padEnd(policySizeMax + 1)]]) }, 'MalformedPolicy'],
    ['anna', { policies: new Map(Array.from({ length: 11 }, (_, at) => [`p${at}`, reading])) }, 'LimitExceeded'],
  ]
  for (const [name, grants, code] of bad) await assert.rejects(users.create(account.id, name, grants), { code }, name)
  await assert.rejects(users.create('0'.repeat(64), 'anna'), { code: 'NoSuchEntity' })
  assert.deepEqual(await users.list(account.id), [])
  await users.create(account.id, `${'a'.repeat(57)}_+=,.@-`)
})

test('a user has at most ten policies of its own, each replaced under its name', async () => {
  const { id } = await users.create(account.id, 'anna')
  for (let index = 0; index < userPoliciesMax; index++) await users.putPolicy(id, `p${index}`, reading)
  await assert.rejects(users.putPolicy(id, 'one more', reading), { code: 'InvalidArgument' })
  await assert.rejects(users.putPolicy(id, 'one-more', reading), { code: 'LimitExceeded' })
  await assert.rejects(users.putPolicy(id, 'p0', '{'), { code: 'MalformedPolicy' })
  assert.equal((await users.putPolicy(id, 'p0', writing)).policies.get('p0'), writing)
  await users.deletePolicy(id, 'p1')
  await assert.rejects(users.deletePolicy(id, 'p1'), { code: 'NoSuchEntity' })
  assert.equal((await users.putPolicy(id, '__proto__', reading)).policies.size, 10)
  assert.equal((await users.get(id))?.policies.get('__proto__'), reading)
})

test('what changes a user that is not there is refused', async () => {
  const absent = 'AIDAABSENT'
  for (const change of [
    () => users.delete(absent),
    () => users.setRole(absent, 'member'),
    () => users.putPolicy(absent, 'a', reading),
    () => users.deletePolicy(absent, 'a'),
  ]) {
    await assert.rejects(change(), { code: 'NoSuchEntity' })
  }
})

test('a key of a user may do what the user may, a key of none everything', async () => {
  const anna = await users.create(account.id, 'anna', { role: 's3.bucket.user' })
  const own = await accessKeys.create(account.id, 'own')
  const hers = await accessKeys.create(account.id, 'hers', { userId: anna.id })
  assert.equal(hers.userId, anna.id)
  assert.ok(!('userId' in own))
  assert.deepEqual(
    new Map((await accessKeys.list(account.id)).map(({ name, userId }) => [name, userId])),
    new Map([
      ['own', undefined],
      ['hers', anna.id],
    ]),
  )
  assert.equal(await mayWith(own.accessKeyId, 's3:GetObject'), true)
  assert.equal(await mayWith(hers.accessKeyId, 's3:GetObject'), false)
  await users.putPolicy(anna.id, 'reading', reading)
  assert.equal(await mayWith(hers.accessKeyId, 's3:GetObject'), true)
  assert.equal(await mayWith(hers.accessKeyId, 's3:PutObject'), false)
  await accessKeys.rename(hers.accessKeyId, 'x')
  await accessKeys.regenerate(hers.accessKeyId)
  assert.equal(await mayWith(hers.accessKeyId, 's3:PutObject'), false)
})

test('a change of a user counts from the next request on', async () => {
  const anna = await users.create(account.id, 'anna', { role: 's3.bucket.user' })
  const { accessKeyId } = await accessKeys.create(account.id, '', { userId: anna.id })
  const find = createFindCredential(store, masterKey)
  const mayNow = async (action: string): Promise<boolean> =>
    may({ identity: await find(accessKeyId), action, resource: 'photos/anna/a', ownerId: account.id })
  assert.equal(await mayNow('s3:GetObject'), false)
  await users.putPolicy(anna.id, 'a', reading)
  assert.equal(await mayNow('s3:GetObject'), true)
  await users.deletePolicy(anna.id, 'a')
  assert.equal(await mayNow('s3:GetObject'), false)
  await users.setRole(anna.id, 's3.user')
  assert.equal(await mayNow('s3:GetObject'), true)
  await users.delete(anna.id)
  assert.equal(await find(accessKeyId), undefined)
})

test('the credential of a user is answered from memory', async () => {
  const anna = await users.create(account.id, 'anna', { policies: new Map([['a', reading]]) })
  const { accessKeyId, secretAccessKey } = await accessKeys.create(account.id, '', { userId: anna.id })
  let reads = 0
  const counting = { ...store, stamp: store.stamp, get: (key: Uint8Array) => (reads++, store.get(key)) }
  const find = createFindCredential(counting, masterKey)
  const credential = await find(accessKeyId)
  assert.deepEqual([credential?.accountId, credential?.secret], [account.id, secretAccessKey.reveal()])
  assert.deepEqual(
    [credential?.user?.id, credential?.user?.name, credential?.user?.policies.length],
    [anna.id, 'anna', 2],
  )
  assert.equal(await find(accessKeyId), credential)
  assert.equal(reads, 2)
  await users.setRole(anna.id, 'member')
  assert.notEqual(await find(accessKeyId), credential)
  assert.equal(reads, 4)
})

test('a store that answers later gives the same credential', async () => {
  const anna = await users.create(account.id, 'anna', { role: 's3.bucket.user' })
  const { accessKeyId } = await accessKeys.create(account.id, '', { userId: anna.id })
  const slow = { ...store, stamp: store.stamp, get: async (key: Uint8Array) => store.get(key) }
  assert.equal(await mayWith(accessKeyId, 's3:GetObject', slow), false)
})

test('a key whose user is gone is no key', async () => {
  const anna = await users.create(account.id, 'anna')
  const { accessKeyId } = await accessKeys.create(account.id, '', { userId: anna.id })
  const key = userKey(anna.id)
  await store.transact({ exclusive: [key] }, (transaction) => transaction.delete(key))
  assert.equal(await createFindCredential(store, masterKey)(accessKeyId), undefined)
})

test('a key for a user that is not there, or belongs to another account, is refused', async () => {
  const other = await accounts.create('other')
  const anna = await users.create(other.id, 'anna')
  for (const userId of [anna.id, 'AIDAABSENT', '']) {
    await assert.rejects(accessKeys.create(account.id, '', { userId }), { code: 'NoSuchEntity' })
  }
  assert.deepEqual(await accessKeys.list(), [])
})

test('with a user go its keys, and no others', async () => {
  const [anna, bert] = [await users.create(account.id, 'anna'), await users.create(account.id, 'bert')]
  const own = await accessKeys.create(account.id)
  const his = await accessKeys.create(account.id, '', { userId: bert.id })
  const hers = [
    await accessKeys.create(account.id, '', { userId: anna.id }),
    await accessKeys.create(account.id, '', { userId: anna.id }),
  ]
  assert.deepEqual(await users.delete(anna.id), anna)
  const left = (await accessKeys.list(account.id)).map(({ accessKeyId }) => accessKeyId)
  assert.deepEqual(left.toSorted(), [own.accessKeyId, his.accessKeyId].toSorted())
  assert.equal((await accessKeys.list()).length, 2)
  for (const { accessKeyId } of hers) assert.equal(await accessKeys.open(accessKeyId), undefined)
  await assert.rejects(users.find(account.id, 'anna'), { code: 'NoSuchEntity' })
  assert.notEqual((await users.create(account.id, 'anna')).id, anna.id)
})

test('a key made while its user is deleted is not left behind', async () => {
  for (let round = 0; round < 100; round++) {
    // Commits take a different number of turns each, so that every step of one comes between any two of the others.
    let commits = 0
    let ticks = (): number => 0
    const pause = async (): Promise<void> => {
      for (let left = ticks(); left > 0; left--) await nextTurn()
    }
    const parts = { store: createMemoryStore({ pause }), masterKey, clock, random: systemRandom }
    const [accounts, accessKeys] = [new Accounts(parts), new AccessKeys(parts)]
    const { id } = await accounts.create('video')
    const anna = await accounts.users.create(id, 'anna')
    const makeKey = async (turns: number): Promise<unknown> => {
      for (let left = turns; left > 0; left--) await nextTurn()
      return accessKeys.create(id, '', { userId: anna.id })
    }
    await makeKey(0)
    ticks = () => (round * 7 + ++commits * 5) % 6
    const [outcome] = await Promise.allSettled([accounts.users.delete(anna.id), makeKey(round % 5), makeKey(round % 3)])
    assert.equal(outcome.status, 'fulfilled')
    assert.deepEqual(await accessKeys.list(), [], `round ${round}`)
  }
})

test('keys of users are unknown to a program that knows no users', async () => {
  const anna = await users.create(account.id, 'anna')
  const version = async (accessKeyId: string): Promise<unknown> => {
    const value = await store.get(Buffer.from(`\u0011${accessKeyId}`))
    return (JSON.parse(Buffer.from(value!).toString()) as { version: number }).version
  }
  assert.equal(await version((await accessKeys.create(account.id)).accessKeyId), 1)
  assert.equal(await version((await accessKeys.create(account.id, '', { userId: anna.id })).accessKeyId), 2)
})
