/** Users: who acts for an account without being its root. What a user may do is said by its role and by policies of its own. */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Guards, Key, MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import type { CredentialUser } from './credential.ts'
import { deleteApiKeysOfUser } from './api-keys.ts'
import { deleteAccessKey, keysOfAccount } from './keys-of-account.ts'
import { apiKeysOfAccount, passwordKey, sessionsOfUser } from './management-records.ts'
import { noSuchUser } from './no-such-user.ts'
import { parsePolicy } from './policy/parse-policy.ts'
import type { Policy } from './policy/policy.ts'
import { accessKeyKey, accountKey, decodeUser, encodeRecord } from './records.ts'
import { userKey, userNameKey, usersOfAccount } from './records.ts'
import type { UserRecord } from './records.ts'
import { isRole, roles, type Role } from './roles.ts'
import { deleteSessionsOfUser } from './sessions.ts'

export interface User {
  /** As AWS's unique ids: `AIDA` and 16 characters. A later user of the same name has another. */
  readonly id: string
  readonly accountId: string
  /** Unique within the account, whatever its case. */
  readonly name: string
  readonly role: Role
  /** Documents of its own policies, by their names. */
  readonly policies: ReadonlyMap<string, string>
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** What a new user is given. */
export interface UserGrants {
  /** Default: `s3.user`. */
  readonly role?: string | undefined
  /** Documents, by their names. */
  readonly policies?: ReadonlyMap<string, string> | undefined
}

/** The most policies of its own that a user may have. */
export const userPoliciesMax = 10

const pageSize = 1000
/** How often a deletion is tried again because the user was given a key meanwhile. */
const attemptsMax = 10

export class Users {
  readonly #store: MetadataStore
  readonly #clock: Clock
  readonly #random: Random

  constructor({ store, clock, random }: { store: MetadataStore; clock: Clock; random: Random }) {
    this.#store = store
    this.#clock = clock
    this.#random = random
  }

  /**
   * Throws InvalidArgument for a bad name or role, MalformedPolicy, LimitExceeded for too many policies, NoSuchEntity where there is no such
   * account, and EntityAlreadyExists where the account has a user of that name.
   */
  async create(accountId: string, name: string, grants: UserGrants = {}): Promise<User> {
    const user = this.plan(accountId, name, grants)
    await this.#store.transact(userGuards(user), (transaction) => insertUser(transaction, user))
    return user
  }

  /** A user that is not kept yet, for `insertUser` inside a larger transaction. Throws InvalidArgument, MalformedPolicy, LimitExceeded. */
  plan(accountId: string, name: string, { role = 's3.user', policies = new Map() }: UserGrants = {}): User {
    checkName(name, 64, "The user's name")
    if (/^AIDA[A-Z2-7]{16}$/i.test(name))
      throw new ApiError('InvalidArgument', "The user's name must not look like an id.")
    checkPolicies(policies)
    return {
      id: newUserId(this.#random),
      accountId,
      name,
      role: checkedRole(role),
      policies,
      createdAt: this.#clock.now(),
    }
  }

  async get(id: string): Promise<User | undefined> {
    const value = await this.#store.get(userKey(id))
    return value === undefined ? undefined : toUser(value)
  }

  /** By its name, whatever its case, or by its id; throws NoSuchEntity. */
  async find(accountId: string, nameOrId: string): Promise<User> {
    const user = await this.#store.read(async (snapshot) => {
      const id = await snapshot.get(userNameKey(accountId, nameOrId))
      const value = await snapshot.get(userKey(id === undefined ? nameOrId : Buffer.from(id).toString()))
      return value && toUser(value)
    })
    if (user?.accountId !== accountId) throw noSuchUser(nameOrId)
    return user
  }

  /** The users of an account, by name. */
  async list(accountId: string): Promise<User[]> {
    const users: User[] = []
    const prefix = usersOfAccount(accountId)
    const end = Buffer.concat([prefix, Buffer.of(0xff)])
    let start: Key = prefix
    for (;;) {
      const page = await this.#store.read(async (snapshot) => {
        const entries = await snapshot.scan(start, end, { limit: pageSize })
        const values = []
        for (const [, id] of entries) values.push(await snapshot.get(userKey(Buffer.from(id).toString())))
        return { entries, values }
      })
      for (const value of page.values) if (value !== undefined) users.push(toUser(value))
      const last = page.entries.at(-1)
      if (last === undefined || page.entries.length < pageSize) return users
      start = Buffer.concat([last[0], Buffer.of(0)])
    }
  }

  /** Deletes the user with its access keys, API keys, password and sessions, all of which stop working at once. Throws NoSuchEntity. */
  async delete(id: string): Promise<User> {
    const { accountId, name } = await this.#existing(id)
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const keys = await this.#store.read((snapshot) => keysOfUser(snapshot, accountId, id))
      const lists = [apiKeysOfAccount(accountId), sessionsOfUser(id)]
      const guards = [userKey(id), userNameKey(accountId, name), passwordKey(id), ...lists, ...keys.map(accessKeyKey)]
      const deleted = await this.#store.transact({ exclusive: guards }, async (transaction) => {
        const user = toUser(await existing(transaction, id))
        // A key made since the list was read is not guarded; one that is gone does no harm.
        const current = await keysOfUser(transaction, accountId, id)
        if (!current.every((key) => keys.includes(key))) return undefined
        for (const accessKeyId of current) deleteAccessKey(transaction, { accountId, accessKeyId })
        await deleteApiKeysOfUser(transaction, accountId, id)
        await deleteSessionsOfUser(transaction, id)
        transaction.delete(passwordKey(id))
        transaction.delete(userKey(id))
        transaction.delete(userNameKey(accountId, name))
        return user
      })
      if (deleted !== undefined) return deleted
    }
    throw new ApiError('OperationAborted')
  }

  /** Throws NoSuchEntity, InvalidArgument. */
  async setRole(id: string, role: string): Promise<User> {
    const checked = checkedRole(role)
    return this.#change(id, (user) => ({ ...user, role: checked }))
  }

  /** Adds a policy, or replaces the one of that name. Throws NoSuchEntity, InvalidArgument, MalformedPolicy, LimitExceeded. */
  async putPolicy(id: string, name: string, document: string): Promise<User> {
    checkPolicies(new Map([[name, document]]))
    return this.#change(id, (user) => {
      const policies = new Map(user.policies).set(name, document)
      checkCount(policies)
      return { ...user, policies }
    })
  }

  /** Throws NoSuchEntity. */
  async deletePolicy(id: string, name: string): Promise<User> {
    return this.#change(id, (user) => {
      const policies = new Map(user.policies)
      if (!policies.delete(name)) throw new ApiError('NoSuchEntity', `The user has no policy ${JSON.stringify(name)}.`)
      return { ...user, policies }
    })
  }

  #change(id: string, change: (user: User) => User): Promise<User> {
    return this.#store.transact({ exclusive: [userKey(id)] }, async (transaction) => {
      const user = change(toUser(await existing(transaction, id)))
      transaction.set(userKey(id), encodeUser(user))
      return user
    })
  }

  async #existing(id: string): Promise<User> {
    const user = await this.get(id)
    if (user === undefined) throw noSuchUser(id)
    return user
  }
}

/** The guards that `insertUser` needs. */
export const userGuards = ({ id, accountId, name }: User): Required<Guards> => ({
  exclusive: [userKey(id), userNameKey(accountId, name)],
  shared: [accountKey(accountId)],
})

/** Puts a planned user among the records; throws NoSuchEntity, EntityAlreadyExists. */
export async function insertUser(transaction: Transaction, user: User): Promise<void> {
  const { id, accountId, name } = user
  if ((await transaction.get(accountKey(accountId))) === undefined) {
    throw new ApiError('NoSuchEntity', `There is no account ${accountId}.`)
  }
  if ((await transaction.get(userNameKey(accountId, name))) !== undefined) {
    throw new ApiError('EntityAlreadyExists', `The account has a user ${JSON.stringify(name)} already.`)
  }
  transaction.set(userKey(id), encodeUser(user))
  transaction.set(userNameKey(accountId, name), Buffer.from(id))
}

/** Who a user's record is of, and what it lets the user do: the policy of its role, then its own. */
export const policiesOf = (value: Uint8Array): CredentialUser & { readonly accountId: string } =>
  credentialUserOf(toUser(value))

export function credentialUserOf(user: User): CredentialUser & { readonly accountId: string } {
  const { id, accountId, name, role, policies } = user
  try {
    return { id, accountId, name, policies: [roles[role], ...[...policies].map(readNamed)] }
  } catch (cause) {
    // It was taken when it was put, so this is no fault of the one who asks now.
    throw new Error(`a policy of the user ${id} cannot be read`, { cause })
  }
}

const readNamed = ([name, document]: readonly [string, string]): Policy => ({ ...readPolicy(document), name })

const readPolicy = (document: string): Policy => parsePolicy(document, 'identity')

async function existing(transaction: Transaction, id: string): Promise<Uint8Array> {
  const value = await transaction.get(userKey(id))
  if (value === undefined) throw noSuchUser(id)
  return value
}

async function keysOfUser(snapshot: Snapshot, accountId: string, userId: string): Promise<string[]> {
  const ids: string[] = []
  for await (const key of keysOfAccount(snapshot, accountId)) if (key.userId === userId) ids.push(key.accessKeyId)
  return ids
}

const encodeUser = (user: User): Uint8Array =>
  encodeRecord({ version: 1, ...user, policies: [...user.policies] } satisfies UserRecord)

function toUser(value: Uint8Array): User {
  const { version: _, role, policies, ...rest } = decodeUser(value)
  if (!isRole(role)) throw new Error(`the user ${rest.id} has the role ${role}, which this version does not know`)
  return { ...rest, role, policies: new Map(policies) }
}

function newUserId(random: Random): string {
  let id = 'AIDA'
  for (const byte of random.bytes(16)) id += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte & 31]!
  return id
}

function checkedRole(role: string): Role {
  if (isRole(role)) return role
  throw new ApiError(
    'InvalidArgument',
    `There is no role ${JSON.stringify(role)}; there are ${Object.keys(roles).join(', ')}.`,
  )
}

function checkPolicies(policies: ReadonlyMap<string, string>): void {
  checkCount(policies)
  for (const [name, document] of policies) {
    checkName(name, 128, "The policy's name")
    readPolicy(document)
  }
}

function checkCount({ size }: ReadonlyMap<string, string>): void {
  if (size > userPoliciesMax) {
    throw new ApiError('LimitExceeded', `A user has at most ${userPoliciesMax} policies of its own.`)
  }
}

/** Letters, digits and a few signs, as AWS has it. */
function checkName(name: string, lengthMax: number, subject: string): void {
  if (name.length <= lengthMax && /^[\w+=,.@-]+$/.test(name)) return
  throw new ApiError('InvalidArgument', `${subject} must be 1 to ${lengthMax} letters, digits, or any of _+=,.@-`)
}
