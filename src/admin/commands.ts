/**
 * What an operator can order: one table, run by the server for whoever asks over its control socket, and by the command line itself
 * while no server runs.
 */
import { ApiError } from '../base/errors.ts'
import type { AccessKey, AccessKeys, NewAccessKey } from '../access/access-keys.ts'
import { accessKeyGuards } from '../access/access-keys.ts'
import type { Account, Accounts } from '../access/accounts.ts'
import { accountGuards, insertAccount } from '../access/accounts.ts'
import { firstAccountId } from '../access/first-account.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Buckets } from '../objects/buckets.ts'

/** What the commands work on. */
export interface CommandState {
  readonly metadata: MetadataStore
  readonly accounts: Accounts
  readonly accessKeys: AccessKeys
  readonly buckets: Pick<Buckets, 'list' | 'create' | 'delete'>
  /** The region that new buckets are in. */
  readonly region: string
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

const commands = {
  'accounts.list': command({}, async ({ accounts }) => ({ accounts: (await accounts.list()).map(showAccount) })),

  'accounts.create': command({ required: ['name'] }, async (state, { name }) => {
    const account = state.accounts.plan(name)
    const key = state.accessKeys.plan(account.id, 'first key')
    const guards = { exclusive: [...accountGuards(account), ...accessKeyGuards(key)] }
    await state.metadata.transact(guards, async (transaction) => {
      await insertAccount(transaction, account)
      state.accessKeys.insert(transaction, key)
    })
    return { ...showAccount(account), ...showSecret(key) }
  }),

  'keys.list': command({ optional: ['account'] }, async (state, { account }) => {
    const accounts = account === undefined ? await state.accounts.list() : [await state.accounts.find(account)]
    const names = new Map(accounts.map(({ id, displayName }) => [id, displayName]))
    const keys = await state.accessKeys.list(account === undefined ? undefined : accounts[0]?.id)
    return { keys: keys.map((key) => showKey(key, names.get(key.accountId))) }
  }),

  'keys.create': command({ optional: ['account', 'name'] }, async (state, { account, name = '' }) => {
    const owner = await accountOrFirst(state, account)
    const key = await state.accessKeys.create(owner.id, name)
    return { ...showKey(key, owner.displayName), ...showSecret(key) }
  }),

  'keys.rename': command({ required: ['accessKeyId', 'name'] }, async (state, { accessKeyId, name }) =>
    showOwnedKey(state, await state.accessKeys.rename(accessKeyId, name)),
  ),

  'keys.regenerate': command({ required: ['accessKeyId'] }, async (state, { accessKeyId }) => {
    const key = await state.accessKeys.regenerate(accessKeyId)
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
      for await (const bucket of bucketsOf(state, owner)) buckets.push(showBucket(bucket, owner))
    }
    return { buckets }
  }),

  'buckets.create': command({ required: ['name'], optional: ['account'] }, async (state, { name, account }) => {
    const owner = await accountOrFirst(state, account)
    return showBucket(await state.buckets.create({ name, accountId: owner.id, region: state.region }), owner)
  }),

  'buckets.delete': command({ required: ['name'] }, async (state, { name }) => {
    await state.buckets.delete(name)
    return { name, deleted: true }
  }),
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
  return run(state, checkParameters(parameters, required, optional))
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

const pageSize = 1000

async function* bucketsOf({ buckets }: CommandState, { id }: Account): AsyncGenerator<Bucket> {
  let after: string | undefined
  for (;;) {
    const page = await buckets.list({ accountId: id, after, limit: pageSize })
    yield* page
    if (page.length < pageSize) return
    after = page.at(-1)?.name
  }
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString()

const showAccount = ({ id, displayName, createdAt }: Account) => ({ id, displayName, createdAt: iso(createdAt) })

const showKey = ({ accessKeyId, name, active, accountId, createdAt }: AccessKey, accountName: string | undefined) => ({
  accessKeyId,
  name,
  active,
  accountId,
  accountName,
  createdAt: iso(createdAt),
})

const showOwnedKey = async ({ accounts }: CommandState, key: AccessKey) =>
  showKey(key, (await accounts.get(key.accountId))?.displayName)

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
