import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore, type MemoryStore } from '../metadata/memory.ts'
import { AccessKeys, graceSecondsMax } from './access-keys.ts'
import { Accounts, type Account } from './accounts.ts'
import { previousSecretOf } from './credential.ts'
import { createFindCredential } from './find-credential.ts'
import { keepLastUses, type LastUse } from './last-use.ts'
import { MasterKey } from './sealing.ts'

const masterKey = new MasterKey(new Secret('17'.repeat(32)), systemRandom)
const use: LastUse = { atMs: 5, operation: 'PutObject', remoteAddress: '::1', region: 'us-east-1', front: 's3' }

let nowMs: number
const clock = { now: () => nowMs, monotonic: () => 0 }
let store: MemoryStore
let accounts: Accounts
let accessKeys: AccessKeys
let account: Account

beforeEach(async () => {
  nowMs = 1_790_000_000_000
  store = createMemoryStore()
  accounts = new Accounts({ store, clock, random: systemRandom })
  accessKeys = new AccessKeys({ store, masterKey, clock, random: systemRandom })
  account = await accounts.create('video')
})

test('with a grace, the credential has the secret before, on every thread and until its time', async () => {
  const find = createFindCredential(store, masterKey)
  const { accessKeyId, secretAccessKey } = await accessKeys.create(account.id)
  assert.equal((await find(accessKeyId))?.previous, undefined)
  const second = await accessKeys.regenerate(accessKeyId, { graceSeconds: 60 })
  const credential = (await find(accessKeyId))!
  assert.equal(credential.secret, second.secretAccessKey.reveal())
  assert.equal(previousSecretOf(credential, clock), secretAccessKey.reveal())
  assert.equal((await accessKeys.get(accessKeyId))?.previousUntil, nowMs + 60_000)
  nowMs += 60_000
  assert.equal(previousSecretOf(credential, clock), undefined)
  assert.equal((await accessKeys.get(accessKeyId))?.previousUntil, undefined)
})

test('a grace is 0 to seven days of whole seconds', async () => {
  const { accessKeyId } = await accessKeys.create(account.id)
  const { secretAccessKey } = await accessKeys.regenerate(accessKeyId, { graceSeconds: graceSecondsMax })
  for (const graceSeconds of [-1, 0.5, graceSecondsMax + 1, Number.NaN, Infinity])
    await assert.rejects(accessKeys.regenerate(accessKeyId, { graceSeconds }), { code: 'InvalidArgument' })
  assert.equal((await accessKeys.open(accessKeyId))?.secretAccessKey.reveal(), secretAccessKey.reveal())
})

test('the secret of an inactive key is not kept in a grace', async () => {
  const { accessKeyId } = await accessKeys.create(account.id)
  await accessKeys.setActive(accessKeyId, false)
  await accessKeys.regenerate(accessKeyId, { graceSeconds: 60 })
  await accessKeys.setActive(accessKeyId, true)
  assert.equal((await accessKeys.open(accessKeyId))?.previous, undefined)
})

test('a rename keeps the secret before; no record holds it in clear, and neither JSON nor a list shows it', async () => {
  const { accessKeyId, secretAccessKey } = await accessKeys.create(account.id)
  await accessKeys.regenerate(accessKeyId, { graceSeconds: 60 })
  await accessKeys.rename(accessKeyId, 'x')
  const opened = (await accessKeys.open(accessKeyId))!
  assert.equal(opened.previous?.secret.reveal(), secretAccessKey.reveal())
  const shown = JSON.stringify([
    opened,
    await accessKeys.list(),
    await accessKeys.listPage({ accountId: account.id, limit: 1 }),
  ])
  const records = await store.read((snapshot) => snapshot.scan(Buffer.of(0), Buffer.of(0xff), { limit: 1000 }))
  const all = Buffer.concat(records.flatMap(([key, value]) => [key, value])).toString('latin1')
  for (const secret of [secretAccessKey.reveal(), Buffer.from(secretAccessKey.reveal()).toString('base64')])
    assert.ok(!all.includes(secret) && !shown.includes(secret))
})

test('a page has the keys of an account, or of a user of it, after an id', async () => {
  const anna = await accounts.users.create(account.id, 'anna')
  const other = await accounts.create('other')
  await accessKeys.create(other.id)
  const ids: string[] = []
  const ofAnna: string[] = []
  for (let index = 0; index < 6; index++) {
    const userId = index % 2 === 0 ? anna.id : undefined
    const { accessKeyId } = await accessKeys.create(account.id, '', { userId })
    ids.push(accessKeyId)
    if (userId !== undefined) ofAnna.push(accessKeyId)
  }
  ids.sort()
  ofAnna.sort()
  const accountId = account.id
  const page = async (options: { userId?: string; after?: string; limit: number }): Promise<string[]> =>
    (await accessKeys.listPage({ accountId, ...options })).map(({ accessKeyId }) => accessKeyId)
  assert.deepEqual(await page({ limit: 100 }), ids)
  assert.deepEqual(await page({ limit: 4 }), ids.slice(0, 4))
  assert.deepEqual(await page({ limit: 4, after: ids[3]! }), ids.slice(4))
  assert.deepEqual(await page({ limit: 2, userId: anna.id }), ofAnna.slice(0, 2))
  assert.deepEqual(await page({ limit: 2, userId: anna.id, after: ofAnna[1]! }), ofAnna.slice(2))
  assert.deepEqual(await page({ limit: 2, after: ids.at(-1)! }), [])
})

test('the latest use of a key is kept, whichever thread tells of it first', async () => {
  const { accessKeyId: id } = await accessKeys.create(account.id)
  assert.deepEqual(await accessKeys.lastUse([id]), new Map())
  await keepLastUses(store, new Map([[id, use]]))
  await keepLastUses(store, new Map([[id, { ...use, atMs: 4, operation: 'GetObject' }]]))
  assert.deepEqual(await accessKeys.lastUse([id, 'AKIAOTHER']), new Map([[id, use]]))
  const { region: _, ...later } = { ...use, atMs: 6, operation: 'ListBuckets' }
  await keepLastUses(store, new Map([[id, later]]))
  assert.deepEqual(await accessKeys.lastUse([id]), new Map([[id, later]]))
})

test('the last use of a key goes with it, also with that of a user, and does not come back', async () => {
  const anna = await accounts.users.create(account.id, 'anna')
  const { accessKeyId: own } = await accessKeys.create(account.id)
  const { accessKeyId: ofAnna } = await accessKeys.create(account.id, '', { userId: anna.id })
  const uses = new Map([
    [own, use],
    [ofAnna, use],
  ])
  await keepLastUses(store, uses)
  assert.deepEqual(await accessKeys.lastUse([own, ofAnna]), uses)
  await accessKeys.delete(own)
  await accounts.users.delete(anna.id)
  assert.deepEqual(await accessKeys.lastUse([own, ofAnna]), new Map())
  await keepLastUses(store, uses)
  assert.deepEqual(await accessKeys.lastUse([own, ofAnna]), new Map())
})

test('an account has the quota that was set last, beside its other settings', async () => {
  await accounts.configure(account.id, () => ({ profile: 'qencode', toggles: undefined }))
  assert.deepEqual((await accounts.setQuota(account.id, { bytesMax: 5 })).quota, { bytesMax: 5 })
  await accounts.configure(account.id, (current) => ({ ...current, toggles: { tagging: true } }))
  const kept = await accounts.get(account.id)
  assert.deepEqual([kept?.quota, kept?.profile, kept?.toggles], [{ bytesMax: 5 }, 'qencode', { tagging: true }])
  await accounts.setQuota(account.id, { objectsMax: 0 })
  assert.deepEqual((await accounts.find('video')).quota, { objectsMax: 0 })
  for (const nothing of [undefined, {}, { bytesMax: undefined }]) {
    await accounts.setQuota(account.id, { bytesMax: 1 })
    assert.equal((await accounts.setQuota(account.id, nothing)).quota, undefined)
    assert.equal((await accounts.get(account.id))?.quota, undefined)
  }
})

test('what is no quota, and an account that is not there, are refused', async () => {
  for (const max of [-1, 0.5, Number.NaN, Infinity, 2 ** 53])
    for (const quota of [{ bytesMax: max }, { objectsMax: max }])
      await assert.rejects(accounts.setQuota(account.id, quota), { code: 'InvalidArgument' })
  for (const id of ['0'.repeat(64), 'nobody'])
    await assert.rejects(accounts.setQuota(id, { bytesMax: 1 }), { code: 'NoSuchEntity' })
})
