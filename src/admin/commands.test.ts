import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { AccessKeys } from '../access/access-keys.ts'
import { Accounts } from '../access/accounts.ts'
import { AuditLog } from '../access/audit-log.ts'
import { ensureFirstAccount } from '../access/first-account.ts'
import { Passwords } from '../access/passwords.ts'
import { MasterKey } from '../access/sealing.ts'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { Buckets } from '../objects/buckets.ts'
import { Keyring } from '../objects/encryption/keyring.ts'
import { runCommand } from './commands.ts'
import type { CommandName, CommandState } from './commands.ts'

let state: CommandState
let masterKey: MasterKey
beforeEach(() => {
  const metadata = createMemoryStore()
  masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
  const parts = { store: metadata, masterKey, clock: systemClock, random: systemRandom }
  state = {
    metadata,
    accounts: new Accounts(parts),
    accessKeys: new AccessKeys(parts),
    buckets: new Buckets(metadata, systemClock, systemRandom),
    keyring: new Keyring({ metadata, masterKey, clock: systemClock, random: systemRandom }),
    region: 'eu-central',
    toggleLayers: [{ toggles: { tagging: false } }],
    auditLog: new AuditLog(parts),
    manage: () => assert.fail('managed'),
  }
})

const run = (name: CommandName, parameters: Record<string, string> = {}) =>
  runCommand(state, name, parameters) as Promise<Record<string, string>>

const ensureFirst = () => ensureFirstAccount({ ...state, store: state.metadata, chosen: undefined })

/** Whether a secret is that of a key. */
const opens = async (accessKeyId: string | undefined, secret: string | undefined) =>
  (await state.accessKeys.open(accessKeyId ?? ''))?.secretAccessKey.reveal() === secret

test('accounts.create answers with the account and a key that works', async () => {
  const made = await run('accounts.create', { name: 'video' })
  assert.deepEqual(Object.keys(made).toSorted(), ['accessKeyId', 'createdAt', 'displayName', 'id', 'secretAccessKey'])
  assert.equal(made['displayName'], 'video')
  assert.ok(await opens(made['accessKeyId'], made['secretAccessKey']))
  assert.deepEqual((await run('accounts.list'))['accounts'], [
    { id: made['id'], displayName: 'video', createdAt: made['createdAt'] },
  ])
})

test('accounts.create takes an email address, which accounts.list shows', async () => {
  const made = await run('accounts.create', { name: 'video', email: 'video@example.com' })
  assert.equal(made['email'], 'video@example.com')
  assert.match(JSON.stringify(await run('accounts.list')), /"email":"video@example.com"/)
  await assert.rejects(run('accounts.create', { name: 'audio', email: 'video' }), { code: 'InvalidArgument' })
})

test('an account whose name is taken leaves no key behind', async () => {
  await run('accounts.create', { name: 'video' })
  await assert.rejects(run('accounts.create', { name: 'video' }), { code: 'EntityAlreadyExists' })
  assert.equal((await state.accessKeys.list()).length, 1)
})

test('keys go through their whole life', async () => {
  const { accountId } = await ensureFirst()
  const made = await run('keys.create', { name: 'backup' })
  const { accessKeyId = '' } = made
  assert.ok(await opens(accessKeyId, made['secretAccessKey']))
  const shown = { accessKeyId, accountId, accountName: 'first', createdAt: made['createdAt'] }
  assert.deepEqual(await run('keys.rename', { accessKeyId, name: 'x' }), { ...shown, name: 'x', active: true })
  assert.deepEqual(await run('keys.deactivate', { accessKeyId }), { ...shown, name: 'x', active: false })
  assert.deepEqual(await run('keys.activate', { accessKeyId }), { ...shown, name: 'x', active: true })
  const { secretAccessKey, ...rest } = await run('keys.regenerate', { accessKeyId })
  assert.deepEqual(rest, { ...shown, name: 'x', active: true })
  assert.ok(await opens(accessKeyId, secretAccessKey))
  assert.deepEqual(await run('keys.delete', { accessKeyId }), { accessKeyId, deleted: true })
  await assert.rejects(run('keys.delete', { accessKeyId }), { code: 'NoSuchEntity' })
})

test('only what makes a secret answers with one', async () => {
  await ensureFirst()
  const { accessKeyId = '' } = await run('keys.create')
  const answers = [
    await run('keys.list'),
    await run('keys.rename', { accessKeyId, name: 'x' }),
    await run('keys.deactivate', { accessKeyId }),
    await run('keys.activate', { accessKeyId }),
    await run('accounts.list'),
  ]
  for (const answer of answers) assert.doesNotMatch(JSON.stringify(answer), /secret/i)
})

test('buckets are made, listed over all accounts, and deleted', async () => {
  await ensureFirst()
  await run('accounts.create', { name: 'video' })
  const { createdAt } = await run('buckets.create', { name: 'photos' })
  await run('buckets.create', { name: 'films', account: 'video' })
  const listed = (await run('buckets.list'))['buckets'] as unknown as Record<string, string>[]
  assert.deepEqual(
    listed.map(({ name, accountName, region }) => [name, accountName, region]),
    [
      ['photos', 'first', 'eu-central'],
      ['films', 'video', 'eu-central'],
    ],
  )
  assert.equal(listed[0]?.['createdAt'], createdAt)
  assert.deepEqual(await run('buckets.delete', { name: 'films' }), { name: 'films', deleted: true })
  assert.deepEqual((await run('buckets.list', { account: 'video' }))['buckets'], [])
  await assert.rejects(run('buckets.delete', { name: 'films' }), { code: 'NoSuchBucket' })
  await assert.rejects(run('buckets.create', { name: 'photos', account: 'video' }), { code: 'BucketAlreadyExists' })
  await assert.rejects(run('buckets.create', { name: 'A' }), { code: 'InvalidBucketName' })
})

test('a list of buckets is longer than a page', async () => {
  await ensureFirst()
  for (let index = 0; index < 1001; index++) await run('buckets.create', { name: `bucket-${index}` })
  assert.equal((await run('buckets.list'))['buckets']?.length, 1001)
})

test('encryption.rotate makes a new current key and keeps those before it; no answer has a key in it', async () => {
  assert.deepEqual(await run('encryption.status'), { keys: [] })
  const first = await run('encryption.rotate')
  const second = await run('encryption.rotate')
  assert.deepEqual(Object.keys(second), ['id', 'current', 'createdAt'])
  const keys = (await run('encryption.status'))['keys'] as unknown as Record<string, unknown>[]
  assert.deepEqual(
    keys.toSorted((one, other) => Number(one['current']) - Number(other['current'])),
    [{ ...first, current: false }, second],
  )
})

test('before there is a first account, an account must be named', async () => {
  await assert.rejects(run('keys.create'), { code: 'NoSuchEntity', message: /start the server once/ })
  await assert.rejects(run('buckets.create', { name: 'photos' }), { code: 'NoSuchEntity' })
})

const badOrders: [name: string, parameters: unknown, code: string][] = [
  ['keys.explode', {}, 'InvalidRequest'],
  ['toString', {}, 'InvalidRequest'],
  ['__proto__', {}, 'InvalidRequest'],
  ['keys.rename', { accessKeyId: 'x' }, 'InvalidArgument'],
  ['keys.rename', { accessKeyId: 'x', name: 'y', more: 'z' }, 'InvalidArgument'],
  ['keys.delete', { accessKeyId: 7 }, 'InvalidArgument'],
  ['keys.delete', null, 'InvalidArgument'],
  ['keys.delete', 'x', 'InvalidArgument'],
  ['keys.delete', Object.create({ accessKeyId: 'x' }), 'InvalidArgument'],
  ['keys.create', { account: 'nobody' }, 'NoSuchEntity'],
  ['keys.list', { account: 'nobody' }, 'NoSuchEntity'],
]

for (const [name, parameters, code] of badOrders) {
  test(`refused with ${code}: ${name} ${JSON.stringify(parameters)}`, async () => {
    await assert.rejects(runCommand(state, name, parameters), { code })
  })
}

test('audit.export gives the log as it is kept, its head last', async () => {
  const parts = { store: state.metadata, clock: systemClock, masterKey }
  const log = new AuditLog(parts)
  assert.deepEqual(await run('audit.export'), { lines: [], next: null })
  const actor = { kind: 'operator', id: '', name: 'first' } as const
  for (const target of ['a', 'b', 'c']) await log.append({ actor, action: 'A', target, outcome: 'done' })
  const kept = await Array.fromAsync(log.export())
  assert.deepEqual(await run('audit.export'), { lines: kept, next: null })
  assert.deepEqual(await run('audit.export', { after: '2' }), { lines: kept.slice(2), next: null })
  await assert.rejects(run('audit.export', { after: 'x' }), { code: 'InvalidArgument' })
})

test('users.list says who has a password', async () => {
  await run('accounts.create', { name: 'video' })
  const anna = await run('users.create', { account: 'video', name: 'anna' })
  await run('users.create', { account: 'video', name: 'bert' })
  await new Passwords({ store: state.metadata, random: systemRandom }).set(anna['id']!, 'seven grey herons')
  const { users } = (await run('users.list')) as unknown as { users: { name: string; hasPassword: boolean }[] }
  assert.deepEqual(Object.fromEntries(users.map(({ name, hasPassword }) => [name, hasPassword])), {
    anna: true,
    bert: false,
  })
})

test('keys.regenerate with a grace says until when the secret before works', async () => {
  await ensureFirst()
  const { accessKeyId = '' } = await run('keys.create')
  const renewed = await run('keys.regenerate', { accessKeyId, graceSeconds: '60' })
  assert.match(renewed['previousSecretUntil'] ?? '', /^\d{4}-/)
  await assert.rejects(run('keys.regenerate', { accessKeyId, graceSeconds: 'x' }), { code: 'InvalidArgument' })
})

test('what changes something is in the audit log before and after, and what only shows is not', async () => {
  const log = new AuditLog({ store: state.metadata, masterKey, clock: systemClock })
  await run('accounts.list')
  await run('accounts.create', { name: 'video' })
  await run('accounts.settings', { name: 'video' })
  await run('accounts.settings', { name: 'video', toggles: 'tagging=on' })
  await assert.rejects(run('users.delete', { account: 'video', name: 'nobody' }))
  const { entries } = await log.list({ limit: 100 })
  assert.deepEqual(
    entries.toReversed().map(({ actor, action, target, outcome }) => [actor.kind, action, target, outcome]),
    [
      ['operator', 'accounts.create', 'video', 'begun'],
      ['operator', 'accounts.create', 'video', 'done'],
      ['operator', 'accounts.settings', 'video', 'begun'],
      ['operator', 'accounts.settings', 'video', 'done'],
      ['operator', 'users.delete', 'video/nobody', 'begun'],
      ['operator', 'users.delete', 'video/nobody', 'NoSuchEntity'],
    ],
  )
})
