import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { AccessKeys } from './access-keys.ts'
import { Accounts, type Account } from './accounts.ts'
import { MasterKey } from './sealing.ts'

const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
const exceeded = { code: 'LimitExceeded', status: 409 }

let accounts: Accounts
let accessKeys: AccessKeys
let account: Account
/** By account name; any number where it is not here. */
let maxima: Record<string, number>

beforeEach(async () => {
  const parts = { store: createMemoryStore(), masterKey, clock: systemClock, random: systemRandom }
  accounts = new Accounts(parts)
  accessKeys = new AccessKeys({ ...parts, activeMax: ({ displayName }) => maxima[displayName] })
  maxima = { video: 2 }
  account = await accounts.create('video')
})

const activeOnes = async (): Promise<number> =>
  (await accessKeys.list(account.id)).filter(({ active }) => active).length

test('one active key too many is refused, be it made or made active again', async () => {
  const first = await accessKeys.create(account.id)
  await accessKeys.create(account.id)
  await assert.rejects(accessKeys.create(account.id), exceeded)
  await accessKeys.setActive(first.accessKeyId, false)
  const third = await accessKeys.create(account.id)
  await assert.rejects(accessKeys.setActive(first.accessKeyId, true), exceeded)
  assert.equal((await accessKeys.open(first.accessKeyId))?.active, false)
  await accessKeys.delete(third.accessKeyId)
  assert.equal((await accessKeys.setActive(first.accessKeyId, true)).active, true)
  assert.equal((await accessKeys.setActive(first.accessKeyId, true)).active, true)
  await assert.rejects(accessKeys.setActive('AKIAABSENT', true), { code: 'NoSuchEntity' })
})

test('keys of users count among those of their account', async () => {
  const anna = await accounts.users.create(account.id, 'anna')
  await accessKeys.create(account.id)
  await accessKeys.create(account.id, '', { userId: anna.id })
  await assert.rejects(accessKeys.create(account.id, '', { userId: anna.id }), exceeded)
})

test('other accounts have limits of their own, or none', async () => {
  const other = await accounts.create('other')
  for (let index = 0; index < 5; index++) await accessKeys.create(other.id)
  maxima = { other: 5 }
  await assert.rejects(accessKeys.create(other.id), exceeded)
  for (let index = 0; index < 3; index++) await accessKeys.create(account.id)
})

test('a limit below what there is changes nothing that there is', async () => {
  const keys = [await accessKeys.create(account.id), await accessKeys.create(account.id)]
  maxima = { video: 1 }
  assert.equal((await accessKeys.setActive(keys[0]!.accessKeyId, true)).active, true)
  await accessKeys.setActive(keys[0]!.accessKeyId, false)
  await assert.rejects(accessKeys.setActive(keys[0]!.accessKeyId, true), exceeded)
  assert.equal(await activeOnes(), 1)
})

test('the limit is kept however many ask at once', async () => {
  const asleep = await Promise.all(
    [1, 2, 3].map(async () => {
      maxima = {}
      const { accessKeyId } = await accessKeys.create(account.id)
      await accessKeys.setActive(accessKeyId, false)
      return accessKeyId
    }),
  )
  maxima = { video: 2 }
  const outcomes = await Promise.allSettled([
    ...asleep.map((accessKeyId) => accessKeys.setActive(accessKeyId, true)),
    ...[1, 2, 3, 4].map(() => accessKeys.create(account.id)),
  ])
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2)
  assert.equal(await activeOnes(), 2)
})
