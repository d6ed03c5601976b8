import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Refusal } from '../base/refusal.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { AccessKeys } from './access-keys.ts'
import { Accounts } from './accounts.ts'
import { ensureFirstAccount, firstAccountId } from './first-account.ts'
import type { ChosenKey } from './first-account.ts'
import { MasterKey } from './sealing.ts'

const chosenKey = (secret: string, accessKeyId = 'media'): ChosenKey => ({
  accessKeyId,
  secretAccessKey: new Secret(secret),
})

let commits = 0
let parts: { store: ReturnType<typeof createMemoryStore>; accounts: Accounts; accessKeys: AccessKeys }
beforeEach(() => {
  commits = 0
  const store = createMemoryStore({ fault: (commit) => void (commits = commit) })
  const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
  const given = { store, masterKey, clock: systemClock, random: systemRandom }
  parts = { store, accounts: new Accounts(given), accessKeys: new AccessKeys(given) }
})

const ensure = (chosen?: ChosenKey) => ensureFirstAccount({ ...parts, chosen })

test('the first start makes an account and a key, later ones make nothing', async () => {
  assert.equal(await firstAccountId(parts.store), undefined)
  const first = await ensure()
  assert.equal(first.madeKey?.accountId, first.accountId)
  assert.equal(await firstAccountId(parts.store), first.accountId)
  const again = await ensure()
  assert.deepEqual(again, { accountId: first.accountId, madeKey: undefined })
  assert.equal((await parts.accounts.list()).length, 1)
  assert.equal((await parts.accessKeys.list()).length, 1)
  assert.equal(commits, 1)
})

test('a chosen key is put in place and is not given out', async () => {
  const { accountId, madeKey } = await ensure(chosenKey('one-good-secret-01'))
  assert.equal(madeKey, undefined)
  const key = await parts.accessKeys.open('media')
  assert.equal(key?.accountId, accountId)
  assert.equal(key.secretAccessKey.reveal(), 'one-good-secret-01')
})

test('the same chosen key at the next start changes nothing', async () => {
  await ensure(chosenKey('one-good-secret-01'))
  await ensure(chosenKey('one-good-secret-01'))
  assert.equal(commits, 1)
})

test('another chosen secret replaces the old one, and keeps the name and the day of the key', async () => {
  await ensure(chosenKey('one-good-secret-01'))
  const { createdAt } = await parts.accessKeys.rename('media', 'mine')
  await ensure(chosenKey('another-good-secret'))
  const key = await parts.accessKeys.open('media')
  assert.equal(key?.secretAccessKey.reveal(), 'another-good-secret')
  assert.deepEqual([key?.name, key?.createdAt], ['mine', createdAt])
})

test('a chosen key that was deleted or made inactive is put back', async () => {
  await ensure(chosenKey('one-good-secret-01'))
  await parts.accessKeys.setActive('media', false)
  await ensure(chosenKey('one-good-secret-01'))
  assert.equal((await parts.accessKeys.open('media'))?.active, true)
  await parts.accessKeys.delete('media')
  await ensure(chosenKey('one-good-secret-01'))
  assert.equal((await parts.accessKeys.open('media'))?.active, true)
})

test('another chosen id is a second key; the first stays', async () => {
  const { madeKey } = await ensure()
  await ensure(chosenKey('one-good-secret-01'))
  assert.deepEqual(
    new Set((await parts.accessKeys.list()).map(({ accessKeyId }) => accessKeyId)),
    new Set(['media', madeKey?.accessKeyId]),
  )
})

test('a chosen id that another account has is refused, and nothing changes', async () => {
  await ensure()
  const other = await parts.accounts.create('other')
  const { accessKeyId, secretAccessKey } = await parts.accessKeys.create(other.id)
  await assert.rejects(ensure(chosenKey('one-good-secret-01', accessKeyId)), Refusal)
  const key = await parts.accessKeys.open(accessKeyId)
  assert.deepEqual([key?.accountId, key?.secretAccessKey.reveal()], [other.id, secretAccessKey.reveal()])
})
