/** Access keys: what an account, or a user of it, signs requests with. The secret is kept sealed and is given out once, when it is made. */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import type { Guards, Key, MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import { toAccount, type Account } from './accounts.ts'
import { deleteAccessKey, keysOfAccount } from './keys-of-account.ts'
import { lastUseIn, type LastUse } from './last-use.ts'
import { accessKeyIdFault, secretFault } from './weak-secrets.ts'
import type { MasterKey, Sealed } from './sealing.ts'
import {
  accessKeyKey,
  accessKeyOfAccountKey,
  accessKeysEnd,
  accessKeysOfAccount,
  accessKeysStart,
  accountKey,
  decodeAccessKey,
  decodeUser,
  encodeRecord,
  userKey,
} from './records.ts'
import type { AccessKeyRecord } from './records.ts'

/** An access key without its secret. */
export interface AccessKey {
  readonly accessKeyId: string
  readonly accountId: string
  /** The user whose key it is; absent where it is the account's own, which may do everything. */
  readonly userId?: string | undefined
  /** A label for people; '' where it has none. */
  readonly name: string
  readonly active: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Until when the secret before its present one counts too, in milliseconds since 1970; absent where there is none that counts. */
  readonly previousUntil?: number | undefined
}

/** An access key just made, with its secret. */
export interface NewAccessKey extends AccessKey {
  readonly secretAccessKey: Secret
}

/** An access key as its record keeps it, its secrets opened. */
export interface OpenedAccessKey extends NewAccessKey {
  /** The secret before, which counts too until a time, in milliseconds since 1970; that may have passed. */
  readonly previous?: { readonly secret: Secret; readonly untilMs: number } | undefined
}

export interface ListPageOptions {
  readonly accountId: string
  /** Those of one user; all of the account unless given. */
  readonly userId?: string | undefined
  /** Ids after this one. */
  readonly after?: string | undefined
  /** At least 1. */
  readonly limit: number
}

/** Longest name of a key, in bytes of UTF-8. */
export const keyNameLengthMax = 256
/** For how long the former secret of a key may count beside its new one: seven days. */
export const graceSecondsMax = 604_800

const pageSize = 1000

interface Parts {
  readonly store: MetadataStore
  readonly masterKey: MasterKey
  readonly clock: Clock
  readonly random: Random
  /** How many keys of an account, its users' included, may be active at once; undefined: any number. */
  readonly activeMax?: ((account: Account) => number | undefined) | undefined
}

export class AccessKeys {
  readonly #store: MetadataStore
  readonly #masterKey: MasterKey
  readonly #clock: Clock
  readonly #random: Random
  readonly #activeMax: Parts['activeMax']

  constructor({ store, masterKey, clock, random, activeMax }: Parts) {
    this.#store = store
    this.#masterKey = masterKey
    this.#clock = clock
    this.#random = random
    this.#activeMax = activeMax
  }

  /**
   * Makes a key for an account, or for a user of it; throws InvalidArgument for a bad name, NoSuchEntity where there is no such account or
   * user, and LimitExceeded where the account has as many active keys as it may.
   */
  async create(accountId: string, name = '', { userId }: { userId?: string | undefined } = {}): Promise<NewAccessKey> {
    const key = this.plan(accountId, name, undefined, userId)
    await this.#store.transact(this.guards(key), (transaction) => this.add(transaction, key))
    return key
  }

  /** A key that is not kept yet, for `add` or `insert` inside a larger transaction. Throws InvalidArgument for a bad name. */
  plan(
    accountId: string,
    name = '',
    chosen?: { accessKeyId: string; secretAccessKey: Secret },
    userId?: string,
  ): NewAccessKey {
    checkKeyName(name)
    const { accessKeyId, secretAccessKey } = chosen ?? {
      accessKeyId: newAccessKeyId(this.#random),
      secretAccessKey: newSecret(this.#random),
    }
    const fault = accessKeyIdFault(accessKeyId) ?? secretFault(secretAccessKey.reveal())
    if (fault !== undefined) throw new ApiError('InvalidArgument', `The access key ${fault}.`)
    const owner = { accountId, ...(userId === undefined ? {} : { userId }) }
    return { accessKeyId, ...owner, name, active: true, createdAt: this.#clock.now(), secretAccessKey }
  }

  /** The guards that `add` needs. The account is held alone where its keys are counted. */
  guards({ accessKeyId, accountId, userId }: AccessKey): Required<Guards> {
    const account = accountKey(accountId)
    const counted = this.#activeMax !== undefined
    return {
      exclusive: counted ? [accessKeyKey(accessKeyId), account] : [accessKeyKey(accessKeyId)],
      shared: [...(counted ? [] : [account]), ...(userId === undefined ? [] : [userKey(userId)])],
    }
  }

  /** Puts a planned key among the records, once it is sure that it may be there. Throws NoSuchEntity, LimitExceeded. */
  async add(transaction: Transaction, key: NewAccessKey): Promise<void> {
    const { accountId, userId } = key
    const account = await transaction.get(accountKey(accountId))
    if (account === undefined) throw new ApiError('NoSuchEntity', `There is no account ${accountId}.`)
    if (userId !== undefined) {
      const user = await transaction.get(userKey(userId))
      if (user === undefined || decodeUser(user).accountId !== accountId) {
        throw new ApiError('NoSuchEntity', `The account has no user ${JSON.stringify(userId)}.`)
      }
    }
    await this.#refuseOneMore(transaction, account)
    this.insert(transaction, key)
  }

  /** Puts a planned key among the records, in place of one with the same id. The transaction holds `accessKeyGuards`. */
  insert(transaction: Transaction, key: NewAccessKey): void {
    const { secretAccessKey, previousUntil: _, ...rest } = key
    const secret = this.#masterKey.seal(purpose(key.accessKeyId), secretAccessKey.reveal())
    const version = key.userId === undefined ? 1 : 2
    transaction.set(accessKeyKey(key.accessKeyId), encodeRecord({ version, ...rest, secret }))
    transaction.set(accessKeyOfAccountKey(key.accountId, key.accessKeyId), Buffer.alloc(0))
  }

  /** Without its secret; undefined where there is none. */
  async get(accessKeyId: string): Promise<AccessKey | undefined> {
    const value = await this.#store.get(accessKeyKey(accessKeyId))
    return value === undefined ? undefined : this.#shown(decodeAccessKey(value))
  }

  /** The key with its secret, active or not; undefined where there is none. Throws SealBroken. */
  async open(accessKeyId: string): Promise<OpenedAccessKey | undefined> {
    const value = await this.#store.get(accessKeyKey(accessKeyId))
    return value === undefined ? undefined : openAccessKey(this.#masterKey, value)
  }

  /** The keys of one account, or all of them; in order of id, without secrets. */
  async list(accountId?: string): Promise<AccessKey[]> {
    const keys: AccessKey[] = []
    const [first, end] =
      accountId === undefined
        ? [accessKeysStart, accessKeysEnd]
        : [accessKeyOfAccountKey(accountId, ''), Buffer.concat([accessKeysOfAccount(accountId), Buffer.of(0xff)])]
    let start: Key = first
    for (;;) {
      const page = await this.#store.read(async (snapshot) => {
        const entries = await snapshot.scan(start, end, { limit: pageSize })
        if (accountId === undefined) return { entries, values: entries.map(([, value]) => value) }
        const values = []
        for (const [key] of entries) {
          const id = Buffer.from(key.subarray(first.length)).toString()
          values.push(await snapshot.get(accessKeyKey(id)))
        }
        return { entries, values }
      })
      for (const value of page.values) if (value !== undefined) keys.push(this.#shown(decodeAccessKey(value)))
      const last = page.entries.at(-1)
      if (last === undefined || page.entries.length < pageSize) return keys
      start = Buffer.concat([last[0], Buffer.of(0)])
    }
  }

  /** The keys of one account, or of a user of it; in order of id, at most `limit`, without secrets. */
  listPage({ accountId, userId, after = '', limit }: ListPageOptions): Promise<readonly AccessKey[]> {
    return this.#store.read(async (snapshot) => {
      const keys: AccessKey[] = []
      for await (const record of keysOfAccount(snapshot, accountId, after)) {
        if (userId === undefined || record.userId === userId) keys.push(this.#shown(record))
        if (keys.length >= limit) break
      }
      return keys
    })
  }

  /** When each was last used, as far as that is kept: the uses of the last seconds may be missing. Those never used are not in the answer. */
  lastUse(accessKeyIds: readonly string[]): Promise<ReadonlyMap<string, LastUse>> {
    return this.#store.read(async (snapshot) => {
      const uses = new Map<string, LastUse>()
      for (const id of accessKeyIds) {
        const use = await lastUseIn(snapshot, id)
        if (use !== undefined) uses.set(id, use)
      }
      return uses
    })
  }

  /** Gives the key another name. Throws InvalidArgument, NoSuchEntity. */
  rename(accessKeyId: string, name: string): Promise<AccessKey> {
    return this.update(accessKeyId, { name })
  }

  /**
   * Signatures made with an inactive key are refused; it can be made active again, with its present secret alone. Throws NoSuchEntity, and
   * LimitExceeded where the account has as many active keys as it may.
   */
  setActive(accessKeyId: string, active: boolean): Promise<AccessKey> {
    return this.update(accessKeyId, { active })
  }

  /** Both at once, or neither. Throws as they do. */
  async update(
    accessKeyId: string,
    { name, active }: { readonly name?: string | undefined; readonly active?: boolean | undefined },
  ): Promise<AccessKey> {
    if (name !== undefined) checkKeyName(name)
    const change = ({ previous, ...record }: AccessKeyRecord): AccessKeyRecord => ({
      ...record,
      ...(name !== undefined && { name }),
      ...(active !== undefined && { active }),
      ...(active !== false && previous !== undefined && { previous }),
    })
    if (active !== true || this.#activeMax === undefined) return this.#change(accessKeyId, change)
    const key = accessKeyKey(accessKeyId)
    const { accountId } = await existing(this.#store, accessKeyId)
    return this.#store.transact({ exclusive: [key, accountKey(accountId)] }, async (transaction) => {
      const record = await existing(transaction, accessKeyId)
      // Between the two it was deleted, and made again for another account.
      if (record.accountId !== accountId) throw new ApiError('OperationAborted')
      const account = await transaction.get(accountKey(accountId))
      if (!record.active && account !== undefined) await this.#refuseOneMore(transaction, account)
      transaction.set(key, encodeRecord(change(record)))
      return this.#shown(change(record))
    })
  }

  /**
   * A new secret under the same id. The old one stops working at once; or after the grace, in which both count, and the one before it no more. Throws
   * NoSuchEntity, and InvalidArgument for a grace that is not 0 to `graceSecondsMax` whole seconds.
   */
  async regenerate(accessKeyId: string, { graceSeconds = 0 }: { graceSeconds?: number } = {}): Promise<NewAccessKey> {
    checkGrace(graceSeconds)
    const secretAccessKey = newSecret(this.#random)
    const secret = this.#masterKey.seal(purpose(accessKeyId), secretAccessKey.reveal())
    const untilMs = this.#clock.now() + graceSeconds * 1000
    const changed = await this.#change(accessKeyId, ({ previous: _, ...record }) => {
      // An inactive key's secret does not count now, and is not to count again.
      const kept = graceSeconds > 0 && record.active ? { previous: { secret: record.secret, untilMs } } : undefined
      return { ...record, secret, ...kept }
    })
    return { ...changed, secretAccessKey }
  }

  /** Throws NoSuchEntity. */
  async delete(accessKeyId: string): Promise<AccessKey> {
    const key = accessKeyKey(accessKeyId)
    return this.#store.transact({ exclusive: [key] }, async (transaction) => {
      const record = await existing(transaction, accessKeyId)
      deleteAccessKey(transaction, record)
      return this.#shown(record)
    })
  }

  /** Throws LimitExceeded where the account has as many active keys as it may. */
  async #refuseOneMore(transaction: Transaction, value: Uint8Array): Promise<void> {
    const account = toAccount(value)
    const max = this.#activeMax?.(account)
    if (max === undefined) return
    let active = 0
    for await (const key of keysOfAccount(transaction, account.id)) if (key.active) active++
    if (active < max) return
    throw new ApiError('LimitExceeded', `The account may have ${max} active access keys at once, and has ${active}.`)
  }

  #shown(record: AccessKeyRecord): AccessKey {
    const { previous } = record
    const inForce = previous !== undefined && this.#clock.now() < previous.untilMs
    return { ...withoutSecret(record), ...(inForce && { previousUntil: previous.untilMs }) }
  }

  #change(accessKeyId: string, change: (record: AccessKeyRecord) => AccessKeyRecord): Promise<AccessKey> {
    const key = accessKeyKey(accessKeyId)
    return this.#store.transact({ exclusive: [key] }, async (transaction) => {
      const record = change(await existing(transaction, accessKeyId))
      transaction.set(key, encodeRecord(record))
      return this.#shown(record)
    })
  }
}

/** The guards that `AccessKeys.insert` needs. */
export const accessKeyGuards = ({ accessKeyId }: Pick<AccessKey, 'accessKeyId'>): Key[] => [accessKeyKey(accessKeyId)]

/** A key's record with its secrets opened. Throws SealBroken. */
export function openAccessKey(masterKey: MasterKey, value: Uint8Array): OpenedAccessKey {
  const record = decodeAccessKey(value)
  const open = (sealed: Sealed): Secret => new Secret(masterKey.open(purpose(record.accessKeyId), sealed))
  const { previous } = record
  const opened = { ...withoutSecret(record), secretAccessKey: open(record.secret) }
  if (previous === undefined) return opened
  return { ...opened, previous: { secret: open(previous.secret), untilMs: previous.untilMs } }
}

const purpose = (accessKeyId: string) => ({ kind: 'access key', name: accessKeyId })

async function existing(records: Pick<Transaction, 'get'>, accessKeyId: string): Promise<AccessKeyRecord> {
  const value = await records.get(accessKeyKey(accessKeyId))
  if (value === undefined) throw new ApiError('NoSuchEntity', `There is no access key ${JSON.stringify(accessKeyId)}.`)
  return decodeAccessKey(value)
}

const withoutSecret = ({ accessKeyId, accountId, userId, name, active, createdAt }: AccessKeyRecord): AccessKey => ({
  accessKeyId,
  accountId,
  ...(userId === undefined ? {} : { userId }),
  name,
  active,
  createdAt,
})

/** 32 of them, so that five bits of chance choose one evenly. */
const idLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** 20 characters, as AWS's: `AKIA` says a long-term key, then 80 bits of chance. */
function newAccessKeyId(random: Random): string {
  let id = 'AKIA'
  for (const byte of random.bytes(16)) id += idLetters[byte & 31]!
  return id
}

/** 40 characters of base64: 240 bits of chance. */
const newSecret = (random: Random): Secret => new Secret(random.bytes(30).toString('base64'))

function checkGrace(graceSeconds: number): void {
  if (Number.isSafeInteger(graceSeconds) && graceSeconds >= 0 && graceSeconds <= graceSecondsMax) return
  throw new ApiError('InvalidArgument', `A grace must be 0 to ${graceSecondsMax} whole seconds.`, {
    details: { ArgumentName: 'graceSeconds', ArgumentValue: String(graceSeconds) },
  })
}

function checkKeyName(name: string): void {
  const fault =
    Buffer.byteLength(name) > keyNameLengthMax
      ? `must have at most ${keyNameLengthMax} bytes`
      : /\p{C}/u.test(name)
        ? 'must have no control characters'
        : undefined
  if (fault !== undefined) throw new ApiError('InvalidArgument', `The key's name ${fault}.`)
}
