/**
 * What an operator can order: one table, run by the server for whoever asks over its control socket, and by the command line itself
 * while no server runs.
 */
import { ApiError } from '../base/errors.ts'
import type { AuditLog } from '../access/audit-log.ts'
import type { AccessKey, AccessKeys, NewAccessKey } from '../access/access-keys.ts'
import { accessKeyGuards } from '../access/access-keys.ts'
import type { Account, Accounts } from '../access/accounts.ts'
import { accountGuards, insertAccount } from '../access/accounts.ts'
import { firstAccountId } from '../access/first-account.ts'
import { auditEnd, auditHeadKey, auditKey, passwordKey, seqOfAuditKey } from '../access/management-records.ts'
import { insertUser, userGuards } from '../access/users.ts'
import type { User } from '../access/users.ts'
import type { LastUse } from '../access/last-use.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Buckets, BucketWithUsage } from '../objects/buckets.ts'
import { deliveryOf } from '../objects/delivery-settings.ts'
import type { KeyDescription, Keyring } from '../objects/encryption/keyring.ts'
import { layToggles, type ToggleLayer } from '../objects/toggles.ts'
import { audited } from './audited-command.ts'
import type { ManageOrder } from './manage.ts'
import { changeLayer, showLayer } from './settings.ts'

/** What the commands work on. */
export interface CommandState {
  readonly metadata: MetadataStore
  readonly accounts: Accounts
  readonly accessKeys: AccessKeys
  readonly buckets: Pick<Buckets, 'listWithUsage' | 'create' | 'delete' | 'get' | 'update'>
  readonly keyring: Pick<Keyring, 'list' | 'rotate'>
  readonly auditLog: Pick<AuditLog, 'append'>
  /** The region that new buckets are in. */
  readonly region: string
  /** The toggles that hold where no account or bucket says otherwise. */
  readonly toggleLayers: readonly ToggleLayer[]
  /** Performs an operation of the management API as an operator. */
  manage(order: ManageOrder): Promise<object>
}

type Parameters = Readonly<Record<string, string>>

interface Command {
  readonly required: readonly string[]
  readonly optional: readonly string[]
  readonly run: (state: CommandState, parameters: Parameters) => Promise<object>
}

const command = <const R extends string = never, const O extends string = never>(
  { required = [], optional = [] }: { required?: readonly R[]; optional?: readonly O[] },
  run: (state: CommandState, parameters: Record<R, string> & Partial<Record<O, string>>) => Promise<object>,
): Command => ({ required, optional, run: run as Command['run'] })

const bucketToCreate = {
  required: ['name'],
  optional: ['account', 'region', 'policy', 'objectLock'],
} as const

const commands = {
  'accounts.list': command({}, async ({ accounts }) => ({ accounts: (await accounts.list()).map(showAccount) })),

  'accounts.create': command({ required: ['name'], optional: ['email'] }, async (state, { name, email }) => {
    const account = state.accounts.plan(name, email)
    const key = state.accessKeys.plan(account.id, 'first key')
    const guards = { exclusive: [...accountGuards(account), ...accessKeyGuards(key)] }
    await state.metadata.transact(guards, async (transaction) => {
      await insertAccount(transaction, account)
      state.accessKeys.insert(transaction, key)
    })
    return { ...showAccount(account), ...showSecret(key) }
  }),

  'accounts.settings': command(
    { required: ['name'], optional: ['profile', 'toggles'] },
    async ({ accounts, toggleLayers }, { name, profile, toggles }) => {
      const found = await accounts.find(name)
      const changes = profile !== undefined || toggles !== undefined
      const account = changes
        ? await accounts.configure(found.id, (current) => changeLayer(current, profile, toggles))
        : found
      return { name: account.displayName, ...showLayer(account, toggleLayers) }
    },
  ),

  'users.list': command({ optional: ['account'] }, async (state, { account }) => {
    const accounts = account === undefined ? await state.accounts.list() : [await state.accounts.find(account)]
    const users: object[] = []
    for (const owner of accounts) {
      for (const user of await state.accounts.users.list(owner.id)) {
        const hasPassword = (await state.metadata.get(passwordKey(user.id))) !== undefined
        users.push({ ...showUser(user, owner), hasPassword })
      }
    }
    return { users }
  }),

  'users.create': command(
    { required: ['account', 'name'], optional: ['role', 'policy'] },
    async ({ accounts, accessKeys, metadata }, { account, name, role, policy }) => {
      const owner = await accounts.find(account)
      // Whom a policy is given to is likely meant to do that, and no more.
      const grants =
        policy === undefined
          ? { role }
          : { role: role ?? 's3.bucket.user', policies: new Map([[firstPolicyName, policy]]) }
      const user = accounts.users.plan(owner.id, name, grants)
      const key = accessKeys.plan(owner.id, 'first key', undefined, user.id)
      const [ofUser, ofKey] = [userGuards(user), accessKeys.guards(key)]
      const exclusive = [...ofUser.exclusive, ...ofKey.exclusive]
      await metadata.transact({ exclusive, shared: [...ofUser.shared, ...ofKey.shared] }, async (transaction) => {
        await insertUser(transaction, user)
        await accessKeys.add(transaction, key)
      })
      return { ...showUser(user, owner), ...showSecret(key) }
    },
  ),

  'users.delete': command({ required: ['account', 'name'] }, async ({ accounts }, { account, name }) => {
    const { users } = accounts
    await users.delete((await users.find((await accounts.find(account)).id, name)).id)
    return { account, name, deleted: true }
  }),

  'users.role': command({ required: ['account', 'name', 'role'] }, (state, { account, name, role }) =>
    changeUser(state, account, name, (id) => state.accounts.users.setRole(id, role)),
  ),

  'policies.put': command(
    { required: ['account', 'name', 'policyName', 'policy'] },
    (state, { account, name, policyName, policy }) =>
      changeUser(state, account, name, (id) => state.accounts.users.putPolicy(id, policyName, policy)),
  ),

  'policies.delete': command({ required: ['account', 'name', 'policyName'] }, (state, { account, name, policyName }) =>
    changeUser(state, account, name, (id) => state.accounts.users.deletePolicy(id, policyName)),
  ),

  'keys.list': command({ optional: ['account'] }, async (state, { account }) => {
    const accounts = account === undefined ? await state.accounts.list() : [await state.accounts.find(account)]
    const names = new Map(accounts.map(({ id, displayName }) => [id, displayName]))
    const keys = await state.accessKeys.list(account === undefined ? undefined : accounts[0]?.id)
    const uses = await state.accessKeys.lastUse(keys.map(({ accessKeyId }) => accessKeyId))
    const shown: object[] = []
    for (const key of keys) {
      const lastUse = showUse(uses.get(key.accessKeyId))
      shown.push({ ...showKey(key, names.get(key.accountId), await userName(state, key)), lastUse })
    }
    return { keys: shown }
  }),

  'keys.create': command({ optional: ['account', 'user', 'name'] }, async (state, { account, user, name = '' }) => {
    const owner = await accountOrFirst(state, account)
    const holder = user === undefined ? undefined : await state.accounts.users.find(owner.id, user)
    const key = await state.accessKeys.create(owner.id, name, { userId: holder?.id })
    return { ...showKey(key, owner.displayName, holder?.name), ...showSecret(key) }
  }),

  'keys.rename': command({ required: ['accessKeyId', 'name'] }, async (state, { accessKeyId, name }) =>
    showOwnedKey(state, await state.accessKeys.rename(accessKeyId, name)),
  ),

  'keys.regenerate': command({ required: ['accessKeyId'], optional: ['graceSeconds'] }, async (state, given) => {
    const graceSeconds = given.graceSeconds === undefined ? 0 : Number(given.graceSeconds)
    const key = await state.accessKeys.regenerate(given.accessKeyId, { graceSeconds })
    return { ...(await showOwnedKey(state, key)), ...showSecret(key) }
  }),

  'keys.deactivate': command({ required: ['accessKeyId'] }, async (state, { accessKeyId }) =>
    showOwnedKey(state, await state.accessKeys.setActive(accessKeyId, false)),
  ),

  'keys.activate': command({ required: ['accessKeyId'] }, async (state, { accessKeyId }) =>
    showOwnedKey(state, await state.accessKeys.setActive(accessKeyId, true)),
  ),

  'keys.delete': command({ required: ['accessKeyId'] }, async (state, { accessKeyId }) => {
    await state.accessKeys.delete(accessKeyId)
    return { accessKeyId, deleted: true }
  }),

  'buckets.list': command({ optional: ['account'] }, async (state, { account }) => {
    const accounts = account === undefined ? await state.accounts.list() : [await state.accounts.find(account)]
    const buckets: object[] = []
    for (const owner of accounts) {
      for await (const { bucket, usage } of bucketsOf(state, owner)) {
        const { objects, bytes } = usage
        buckets.push({ ...showBucket(bucket, owner), objects, bytes, delivery: deliveryOf(bucket) })
      }
    }
    return { buckets }
  }),

  'buckets.create': command(bucketToCreate, async (state, { name, account, region, policy, objectLock }) => {
    const owner = await accountOrFirst(state, account)
    if ((region ?? policy ?? objectLock) !== undefined) {
      const body = { name, region, policy, object_lock: objectLock === 'true' }
      await state.manage({ operation: 'CreateBucket', account: owner.id, input: JSON.stringify({ body }) })
      return showBucket(await state.buckets.get(name), owner)
    }
    const naming = layToggles([...state.toggleLayers, owner])['naming.bucket']
    return showBucket(await state.buckets.create({ name, accountId: owner.id, region: state.region, naming }), owner)
  }),

  'buckets.settings': command(
    { required: ['name'], optional: ['profile', 'toggles'] },
    async ({ accounts, buckets, toggleLayers }, { name, profile, toggles }) => {
      const found = await buckets.get(name)
      const changes = profile !== undefined || toggles !== undefined
      const bucket = changes
        ? await buckets.update(found, (current) => ({ ...current, ...changeLayer(current, profile, toggles) }))
        : found
      const owner = await accounts.get(bucket.accountId)
      return { name: bucket.name, ...showLayer(bucket, [...toggleLayers, owner ?? {}]) }
    },
  ),

  'buckets.delete': command({ required: ['name'] }, async (state, { name }) => {
    await state.buckets.delete(name)
    return { name, deleted: true }
  }),

  'manage.perform': command(
    { required: ['operation', 'input'], optional: ['account'] },
    (state, { operation, input, account }) => state.manage({ operation, input, account }),
  ),

  'audit.export': command({ optional: ['after'] }, ({ metadata }, { after = '0' }) => {
    if (!/^\d{1,15}$/.test(after)) throw new ApiError('InvalidArgument', 'The parameter after must be a number.')
    return auditLines(metadata, Number(after))
  }),

  'encryption.status': command({}, async ({ keyring }) => ({ keys: (await keyring.list()).map(showEncryptionKey) })),

  'encryption.rotate': command({}, async ({ keyring }) => showEncryptionKey(await keyring.rotate())),
} satisfies Record<string, Command>

export type CommandName = keyof typeof commands

/**
 * Runs a command; the result is for JSON. Throws ApiError: InvalidRequest where there is no such command, InvalidArgument for parameters
 * that are absent, unknown or no texts, and whatever the command throws.
 */
export async function runCommand(state: CommandState, name: string, parameters: unknown): Promise<object> {
  if (!Object.hasOwn(commands, name)) {
    throw new ApiError(
      'InvalidRequest',
      `This server knows no command ${JSON.stringify(name)}; it may be of another version.`,
    )
  }
  const { required, optional, run } = commands[name as CommandName]
  const checked = checkParameters(parameters, required, optional)
  return audited(state.auditLog, name, checked, () => run(state, checked))
}

function checkParameters(given: unknown, required: readonly string[], optional: readonly string[]): Parameters {
  if (typeof given !== 'object' || given === null)
    throw new ApiError('InvalidArgument', 'The parameters must be an object.')
  for (const [name, value] of Object.entries(given)) {
    if (!required.includes(name) && !optional.includes(name)) {
      throw new ApiError('InvalidArgument', `The command has no parameter ${JSON.stringify(name)}.`)
    }
    if (typeof value !== 'string') throw new ApiError('InvalidArgument', `The parameter ${name} must be a text.`)
  }
  for (const name of required) {
    if (!Object.hasOwn(given, name)) throw new ApiError('InvalidArgument', `The parameter ${name} is absent.`)
  }
  return given as Parameters
}

async function accountOrFirst({ accounts, metadata }: CommandState, account: string | undefined): Promise<Account> {
  const idOrName = account ?? (await firstAccountId(metadata))
  if (idOrName === undefined) {
    throw new ApiError('NoSuchEntity', 'There is no first account yet: start the server once, or name an account.')
  }
  return accounts.find(idOrName)
}

/** Lines of the audit log as they are kept, those after an entry; the last of all is its head, and then there is no `next`. */
async function auditLines(metadata: MetadataStore, after: number): Promise<{ lines: string[]; next: number | null }> {
  const { entries, head } = await metadata.read(async (snapshot) => ({
    entries: await snapshot.scan(auditKey(after + 1), auditEnd, { limit: pageSize }),
    head: await snapshot.get(auditHeadKey),
  }))
  const lines = entries.map(([, value]) => Buffer.from(value).toString())
  if (entries.length === pageSize) return { lines, next: seqOfAuditKey(entries.at(-1)![0]) ?? null }
  if (head !== undefined) lines.push(Buffer.from(head).toString())
  return { lines, next: null }
}

const pageSize = 1000

async function* bucketsOf({ buckets }: CommandState, { id }: Account): AsyncGenerator<BucketWithUsage> {
  let after: string | undefined
  for (;;) {
    const page = await buckets.listWithUsage(id, { after, limit: pageSize })
    yield* page
    if (page.length < pageSize) return
    after = page.at(-1)?.bucket.name
  }
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString()

const showAccount = ({ id, displayName, createdAt, email }: Account) => ({
  id,
  displayName,
  createdAt: iso(createdAt),
  ...(email === undefined ? {} : { email }),
})

const showKey = (
  { accessKeyId, name, active, accountId, createdAt, previousUntil }: AccessKey,
  accountName: string | undefined,
  userName: string | undefined,
) => ({
  accessKeyId,
  name,
  active,
  accountId,
  accountName,
  ...(userName === undefined ? {} : { userName }),
  createdAt: iso(createdAt),
  ...(previousUntil === undefined ? {} : { previousSecretUntil: iso(previousUntil) }),
})

/** The last use of a key, some seconds behind; null where there was none. */
const showUse = (use: LastUse | undefined) =>
  use === undefined ? null : { time: iso(use.atMs), operation: use.operation, address: use.remoteAddress }

const showOwnedKey = async (state: CommandState, key: AccessKey) =>
  showKey(key, (await state.accounts.get(key.accountId))?.displayName, await userName(state, key))

const userName = async ({ accounts }: CommandState, { userId }: AccessKey): Promise<string | undefined> =>
  userId === undefined ? undefined : (await accounts.users.get(userId))?.name

/** The policy that a user is created with. */
const firstPolicyName = 'first'

const showUser = ({ id, name, role, policies, createdAt }: User, owner: Account) => ({
  id,
  name,
  role,
  policies: [...policies].map(([policyName, policy]) => ({ name: policyName, policy })),
  accountId: owner.id,
  accountName: owner.displayName,
  createdAt: iso(createdAt),
})

async function changeUser(
  { accounts }: CommandState,
  account: string,
  name: string,
  change: (id: string) => Promise<User>,
): Promise<object> {
  const owner = await accounts.find(account)
  const { id } = await accounts.users.find(owner.id, name)
  return showUser(await change(id), owner)
}

/** The one place where a secret is given out. */
const showSecret = ({ accessKeyId, secretAccessKey }: NewAccessKey) => ({
  accessKeyId,
  secretAccessKey: secretAccessKey.reveal(),
})

const showBucket = ({ name, region, createdMs }: Bucket, owner: Account) => ({
  name,
  region,
  accountId: owner.id,
  accountName: owner.displayName,
  createdAt: iso(createdMs),
})

const showEncryptionKey = ({ id, createdMs, current }: KeyDescription) => ({ id, current, createdAt: iso(createdMs) })
