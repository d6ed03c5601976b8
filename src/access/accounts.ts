/** Accounts: who owns buckets. */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Key, MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import {
  accountKey,
  accountNameKey,
  accountNamesStart,
  accountIdsStart,
  decodeAccount,
  encodeRecord,
} from './records.ts'

export interface Account {
  /** 64 hex digits: AWS's canonical user id. */
  readonly id: string
  /** Unique among accounts. */
  readonly displayName: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** Longest display name, in bytes of UTF-8. */
export const displayNameLengthMax = 128

const pageSize = 1000

export class Accounts {
  readonly #store: MetadataStore
  readonly #clock: Clock
  readonly #random: Random

  constructor({ store, clock, random }: { store: MetadataStore; clock: Clock; random: Random }) {
    this.#store = store
    this.#clock = clock
    this.#random = random
  }

  /** Throws InvalidArgument for a bad name, EntityAlreadyExists where another account has it. */
  async create(displayName: string): Promise<Account> {
    const account = this.plan(displayName)
    await this.#store.transact({ exclusive: accountGuards(account) }, (transaction) =>
      insertAccount(transaction, account),
    )
    return account
  }

  /** An account that is not kept yet, for `insertAccount` inside a larger transaction. Throws InvalidArgument for a bad name. */
  plan(displayName: string): Account {
    checkDisplayName(displayName)
    return { id: this.#random.bytes(32).toString('hex'), displayName, createdAt: this.#clock.now() }
  }

  async get(id: string): Promise<Account | undefined> {
    if (!isAccountId(id)) return undefined
    const value = await this.#store.get(accountKey(id))
    return value === undefined ? undefined : toAccount(value)
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
export const accountGuards = ({ id, displayName }: Account): Key[] => [accountKey(id), accountNameKey(displayName)]

/** Puts a planned account among the records; throws EntityAlreadyExists where another account has its name. */
export async function insertAccount(transaction: Transaction, account: Account): Promise<void> {
  if (await isNameTaken(transaction, account.displayName)) {
    throw new ApiError('EntityAlreadyExists', `There is an account ${JSON.stringify(account.displayName)} already.`)
  }
  transaction.set(accountKey(account.id), encodeRecord({ version: 1, ...account }))
  transaction.set(accountNameKey(account.displayName), Buffer.from(account.id, 'hex'))
}

const isNameTaken = async (snapshot: Snapshot, displayName: string): Promise<boolean> =>
  (await snapshot.get(accountNameKey(displayName))) !== undefined

const isAccountId = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

function toAccount(value: Uint8Array): Account {
  const { id, displayName, createdAt } = decodeAccount(value)
  return { id, displayName, createdAt }
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
