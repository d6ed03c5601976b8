/**
 * API keys: what opens the management API without a person, by way of short-lived access tokens. Of a key's text only a digest is kept: it has 256
 * bits of chance, so that no salt and no slow hash is needed.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import type { MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import { apiKeyKey, apiKeyOfAccountKey, apiKeysOfAccount, decodeApiKey } from './management-records.ts'
import { encodeManagementRecord, type ApiKeyRecord } from './management-records.ts'
import { accountKey, decodeUser, userKey } from './records.ts'
import { isRole, type Role } from './roles.ts'

/** An API key without its text. */
export interface ApiKey {
  readonly id: string
  readonly accountId: string
  /** A label for people. */
  readonly name: string
  /** The user's, as it is now, where the key is a user's. */
  readonly role: Role
  /** The user whose key it is; absent where it is the account's own. */
  readonly userId?: string | undefined
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** To the minute; absent where it was never used. */
  readonly lastUsedAt?: number | undefined
}

/** An API key just made, with its text. */
export interface NewApiKey extends ApiKey {
  readonly apiKey: Secret
}

/** The most API keys an account has, its users' included. */
export const apiKeysMax = 100
/** Longest name, in bytes of UTF-8. */
const nameLengthMax = 256
/** How exactly it is noted when a key was last used, in milliseconds. */
const usePrecision = 60_000

const textPattern = /^ek_([a-z2-7]{16})_[\w-]{43}$/
/** Compared with where there is no such key, so that the work is the same. */
const noDigest = Buffer.alloc(32)

export class ApiKeys {
  readonly #store: MetadataStore
  readonly #clock: Clock
  readonly #random: Random

  constructor({ store, clock, random }: { store: MetadataStore; clock: Clock; random: Random }) {
    this.#store = store
    this.#clock = clock
    this.#random = random
  }

  /**
   * Makes a key for an account (role: `owner` where none is said), or for a user of it, whose role it has. Throws InvalidArgument for a bad name and
   * for a role besides the user's, NoSuchEntity where there is no such account or user, and LimitExceeded.
   */
  async create(
    accountId: string,
    name: string,
    { role, userId }: { role?: Role | undefined; userId?: string | undefined } = {},
  ): Promise<NewApiKey> {
    checkName(name)
    const id = newId(this.#random)
    const apiKey = new Secret(`ek_${id}_${this.#random.bytes(32).toString('base64url')}`)
    const guards = {
      exclusive: [apiKeyKey(id), apiKeysOfAccount(accountId)],
      shared: [accountKey(accountId), ...(userId === undefined ? [] : [userKey(userId)])],
    }
    const made = await this.#store.transact(guards, async (transaction) => {
      const roleInForce = await this.#roleFor(transaction, accountId, role, userId)
      const ids = await apiKeyIdsOf(transaction, accountId)
      if (ids.length >= apiKeysMax)
        throw new ApiError('LimitExceeded', `An account has at most ${apiKeysMax} API keys.`)
      const record: ApiKeyRecord = {
        version: 1,
        id,
        accountId,
        name,
        role: roleInForce,
        ...(userId === undefined ? {} : { userId }),
        createdAt: this.#clock.now(),
        digest: digestOf(apiKey.reveal()).toString('base64'),
      }
      transaction.set(apiKeyKey(id), encodeManagementRecord(record))
      transaction.set(apiKeyOfAccountKey(accountId, id), Buffer.alloc(0))
      return toApiKey(record, roleInForce)
    })
    return { ...made, apiKey }
  }

  /** The keys of an account, its users' included, in order of making. */
  async list(accountId: string): Promise<ApiKey[]> {
    const keys = await this.#store.read(async (snapshot) => {
      const found: (ApiKey | undefined)[] = []
      for (const id of await apiKeyIdsOf(snapshot, accountId)) found.push(await read(snapshot, id))
      return found
    })
    return keys.filter((key) => key !== undefined).sort((a, b) => a.createdAt - b.createdAt)
  }

  /** Undefined where there is none, or its user is gone. */
  async get(id: string): Promise<ApiKey | undefined> {
    return this.#store.read((snapshot) => read(snapshot, id))
  }

  /** Throws NoSuchEntity, InvalidArgument. */
  async rename(id: string, name: string): Promise<ApiKey> {
    checkName(name)
    return this.#change(id, (record) => ({ ...record, name }))
  }

  /** It and its access tokens stop working at once. Throws NoSuchEntity. */
  async delete(id: string): Promise<ApiKey> {
    const key = await this.get(id)
    if (key === undefined) throw noSuchKey(id)
    const guards = { exclusive: [apiKeyKey(id), apiKeysOfAccount(key.accountId)] }
    await this.#store.transact(guards, async (transaction) => {
      if ((await transaction.get(apiKeyKey(id))) === undefined) throw noSuchKey(id)
      deleteApiKey(transaction, key.accountId, id)
    })
    return key
  }

  /** The key whose text this is; undefined where there is none, or its user is gone. Notes that it was used. */
  async verify(text: string): Promise<ApiKey | undefined> {
    const id = textPattern.exec(text)?.[1]
    if (id === undefined) return undefined
    const value = await this.#store.get(apiKeyKey(id))
    const expected = value === undefined ? noDigest : Buffer.from(decodeApiKey(value).digest, 'base64')
    const same = timingSafeEqual(expected, digestOf(text))
    return same ? this.use(id) : undefined
  }

  /** As `get`, and notes that the key was used: for whoever has proved to hold it. */
  async use(id: string): Promise<ApiKey | undefined> {
    const key = await this.get(id)
    const now = this.#clock.now()
    if (key === undefined || (key.lastUsedAt !== undefined && Math.abs(now - key.lastUsedAt) < usePrecision)) return key
    try {
      return await this.#change(id, (record) => ({ ...record, lastUsedAt: now }))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // It was deleted just now. Or nothing can be written, as on a full disk: no reason to shut out who might mend that.
      return error.code === 'NoSuchEntity' ? undefined : key
    }
  }

  async #roleFor(
    transaction: Transaction,
    accountId: string,
    role: Role | undefined,
    userId: string | undefined,
  ): Promise<Role> {
    if ((await transaction.get(accountKey(accountId))) === undefined) {
      throw new ApiError('NoSuchEntity', `There is no account ${accountId}.`)
    }
    if (userId === undefined) return role ?? 'owner'
    const user = await transaction.get(userKey(userId))
    if (user === undefined || decodeUser(user).accountId !== accountId) {
      throw new ApiError('NoSuchEntity', `The account has no user ${JSON.stringify(userId)}.`)
    }
    const itsRole = roleOf(decodeUser(user).role)
    if (role === undefined || role === itsRole) return itsRole
    throw new ApiError('InvalidArgument', `The key of a user has the role of the user, which is ${itsRole}.`)
  }

  async #change(id: string, change: (record: ApiKeyRecord) => ApiKeyRecord): Promise<ApiKey> {
    const key = await this.get(id)
    if (key === undefined) throw noSuchKey(id)
    // The list is shared, so that the key is not put back while its user is deleted with all keys.
    const guards = { exclusive: [apiKeyKey(id)], shared: [apiKeysOfAccount(key.accountId)] }
    return this.#store.transact(guards, async (transaction) => {
      const value = await transaction.get(apiKeyKey(id))
      if (value === undefined) throw noSuchKey(id)
      const record = change(decodeApiKey(value))
      transaction.set(apiKeyKey(id), encodeManagementRecord(record))
      return toApiKey(record, key.role)
    })
  }
}

/** Deletes the API keys of a user who is being deleted. The transaction holds `apiKeysOfAccount` alone. */
export async function deleteApiKeysOfUser(transaction: Transaction, accountId: string, userId: string): Promise<void> {
  for (const id of await apiKeyIdsOf(transaction, accountId)) {
    const value = await transaction.get(apiKeyKey(id))
    if (value !== undefined && decodeApiKey(value).userId === userId) deleteApiKey(transaction, accountId, id)
  }
}

function deleteApiKey(transaction: Transaction, accountId: string, id: string): void {
  transaction.delete(apiKeyKey(id))
  transaction.delete(apiKeyOfAccountKey(accountId, id))
}

async function apiKeyIdsOf(snapshot: Snapshot, accountId: string): Promise<string[]> {
  const prefix = apiKeysOfAccount(accountId)
  const entries = await snapshot.scan(prefix, Buffer.concat([prefix, Buffer.of(0xff)]), { limit: apiKeysMax })
  return entries.map(([key]) => Buffer.from(key.subarray(prefix.length)).toString())
}

async function read(snapshot: Snapshot, id: string): Promise<ApiKey | undefined> {
  const value = await snapshot.get(apiKeyKey(id))
  if (value === undefined) return undefined
  const record = decodeApiKey(value)
  if (record.userId === undefined) return toApiKey(record, roleOf(record.role))
  const user = await snapshot.get(userKey(record.userId))
  return user && toApiKey(record, roleOf(decodeUser(user).role))
}

const toApiKey = ({ id, accountId, name, userId, createdAt, lastUsedAt }: ApiKeyRecord, role: Role): ApiKey => ({
  id,
  accountId,
  name,
  role,
  ...(userId === undefined ? {} : { userId }),
  createdAt,
  ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
})

function roleOf(text: string): Role {
  if (!isRole(text)) throw new Error(`an API key or its user has the role ${text}, which this version does not know`)
  return text
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

const noSuchKey = (id: string): ApiError =>
  new ApiError('NoSuchEntity', `There is no API key ${JSON.stringify(id.slice(0, 64))}.`)

/** 80 bits of chance, in letters that a name of a file or a host could have. */
function newId(random: Random): string {
  let id = ''
  for (const byte of random.bytes(16)) id += 'abcdefghijklmnopqrstuvwxyz234567'[byte & 31]!
  return id
}

function checkName(name: string): void {
  const fault =
    Buffer.byteLength(name) > nameLengthMax
      ? `must have at most ${nameLengthMax} bytes`
      : /\p{C}/u.test(name)
        ? 'must have no control characters'
        : undefined
  if (fault !== undefined) throw new ApiError('InvalidArgument', `The key's name ${fault}.`)
}
