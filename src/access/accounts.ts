/** Accounts: who owns buckets. */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Key, MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import { checkedQuota, type Quota } from './quota.ts'
import {
  accountEmailKey,
  accountKey,
  accountNameKey,
  accountNamesStart,
  accountIdsStart,
  decodeAccount,
  encodeRecord,
} from './records.ts'
import { Users } from './users.ts'

export interface Account {
  /** 64 hex digits: AWS's canonical user id. */
  readonly id: string
  /** Unique among accounts. */
  readonly displayName: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** By which others may name it in access control lists; unique among accounts, whatever its case. */
  readonly email?: string | undefined
  /** Name of the compatibility profile, where the account has one of its own. */
  readonly profile?: string | undefined
  /** Toggles set on this account alone, over its profile. */
  readonly toggles?: Readonly<Record<string, string | number | boolean | null>> | undefined
  /** The most that all its buckets together may hold. */
  readonly quota?: Quota | undefined
}

/** Longest display name, in bytes of UTF-8. */
export const displayNameLengthMax = 128
/** Longest email address, in characters (RFC 5321 4.5.3.1.3). */
const emailLengthMax = 254

const pageSize = 1000

export class Accounts {
  /** Who else may act for them. */
  readonly users: Users
  readonly #store: MetadataStore
  readonly #clock: Clock
  readonly #random: Random

  constructor({ store, clock, random }: { store: MetadataStore; clock: Clock; random: Random }) {
    this.users = new Users({ store, clock, random })
    this.#store = store
    this.#clock = clock
    this.#random = random
  }

  /** Throws InvalidArgument for a bad name or email address, EntityAlreadyExists where another account has one of them. */
  async create(displayName: string, email?: string): Promise<Account> {
    const account = this.plan(displayName, email)
    await this.#store.transact({ exclusive: accountGuards(account) }, (transaction) =>
      insertAccount(transaction, account),
    )
    return account
  }

  /** An account that is not kept yet, for `insertAccount` inside a larger transaction. Throws InvalidArgument for a bad name or email address. */
  plan(displayName: string, email?: string): Account {
    checkDisplayName(displayName)
    const account = { id: this.#random.bytes(32).toString('hex'), displayName, createdAt: this.#clock.now() }
    if (email === undefined) return account
    checkEmail(email)
    return { ...account, email }
  }

  async get(id: string): Promise<Account | undefined> {
    if (!isAccountId(id)) return undefined
    const value = await this.#store.get(accountKey(id))
    return value === undefined ? undefined : toAccount(value)
  }

  /** The id of the account with the email address, whatever its case. */
  async idOfEmail(email: string): Promise<string | undefined> {
    if (email.length > emailLengthMax) return undefined
    const value = await this.#store.get(accountEmailKey(email))
    return value && Buffer.from(value).toString('hex')
  }

  /** By its id or its display name; throws NoSuchEntity. */
  async find(idOrName: string): Promise<Account> {
    const account = await this.#store.read(async (snapshot) => {
      const id = isAccountId(idOrName) ? Buffer.from(idOrName, 'hex') : await snapshot.get(accountNameKey(idOrName))
      const value = id && (await snapshot.get(accountKey(Buffer.from(id).toString('hex'))))
      return value && toAccount(value)
    })
    if (account === undefined) {
      throw new ApiError('NoSuchEntity', `There is no account ${JSON.stringify(idOrName)}.`)
    }
    return account
  }

  /** Changes the account's own profile and toggles; `change` is given the account as it is. Throws NoSuchEntity, and what `change` throws. */
  async configure(id: string, change: (current: Account) => Pick<Account, 'profile' | 'toggles'>): Promise<Account> {
    return this.#change(id, (current) => {
      const { profile, toggles } = change(current)
      return { profile, toggles }
    })
  }

  /**
   * The most that all buckets of the account together may hold from now on; undefined: any number. What is there already stays, however much it
   * is. Throws NoSuchEntity, and InvalidArgument for what is no quota.
   */
  async setQuota(id: string, quota: Quota | undefined): Promise<Account> {
    const checked = quota && checkedQuota(quota)
    return this.#change(id, () => ({ quota: checked }))
  }

  #change(id: string, change: (current: Account) => Partial<Account>): Promise<Account> {
    const key = accountKey(id)
    return this.#store.transact({ exclusive: [key] }, async (transaction) => {
      const value = isAccountId(id) ? await transaction.get(key) : undefined
      if (value === undefined) throw new ApiError('NoSuchEntity', `There is no account ${id}.`)
      const account = toAccount(value)
      const changed = { ...account, ...change(account) }
      transaction.set(key, encodeRecord({ ...decodeAccount(value), ...changed }))
      return changed
    })
  }

  /** All of them, by display name. */
  async list(): Promise<Account[]> {
    const accounts: Account[] = []
    let start: Key = accountIdsStart
    for (;;) {
      const entries = await this.#store.read((snapshot) => snapshot.scan(start, accountNamesStart, { limit: pageSize }))
      for (const [, value] of entries) accounts.push(toAccount(value))
      const last = entries.at(-1)
      if (last === undefined || entries.length < pageSize) break
      start = Buffer.concat([last[0], Buffer.of(0)])
    }
    return accounts.sort((a, b) => (a.displayName < b.displayName ? -1 : 1))
  }
}

/** The guards that `insertAccount` needs. */
export const accountGuards = ({ id, displayName, email }: Account): Key[] => [
  accountKey(id),
  accountNameKey(displayName),
  ...(email === undefined ? [] : [accountEmailKey(email)]),
]

/** Puts a planned account among the records; throws EntityAlreadyExists where another account has its name or email address. */
export async function insertAccount(transaction: Transaction, account: Account): Promise<void> {
  if (await isNameTaken(transaction, account.displayName)) {
    throw new ApiError('EntityAlreadyExists', `There is an account ${JSON.stringify(account.displayName)} already.`)
  }
  if (account.email !== undefined) {
    const key = accountEmailKey(account.email)
    if ((await transaction.get(key)) !== undefined) {
      throw new ApiError(
        'EntityAlreadyExists',
        `Another account has the email address ${JSON.stringify(account.email)}.`,
      )
    }
    transaction.set(key, Buffer.from(account.id, 'hex'))
  }
  transaction.set(accountKey(account.id), encodeRecord({ version: 1, ...account }))
  transaction.set(accountNameKey(account.displayName), Buffer.from(account.id, 'hex'))
}

const isNameTaken = async (snapshot: Snapshot, displayName: string): Promise<boolean> =>
  (await snapshot.get(accountNameKey(displayName))) !== undefined

const isAccountId = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

/** What an account's record says. */
export function toAccount(value: Uint8Array): Account {
  const { version: _, ...account } = decodeAccount(value)
  return account
}

function checkEmail(email: string): void {
  const at = email.lastIndexOf('@')
  if (at < 1 || at === email.length - 1 || email.length > emailLengthMax || /[\s\p{C}",<>]/u.test(email)) {
    throw new ApiError('InvalidArgument', `${JSON.stringify(email.slice(0, emailLengthMax))} is no email address.`)
  }
}

function checkDisplayName(name: string): void {
  const fault =
    name === '' || name !== name.trim()
      ? 'must have a character, and no space at its ends'
      : Buffer.byteLength(name) > displayNameLengthMax
        ? `must have at most ${displayNameLengthMax} bytes`
        : /\p{C}/u.test(name)
          ? 'must have no control characters'
          : isAccountId(name)
            ? 'must not look like an account id'
            : undefined
  if (fault !== undefined) throw new ApiError('InvalidArgument', `The account's name ${fault}.`)
}
