/** Access keys: what an account signs its requests with. The secret is kept sealed and is given out once, when it is made. */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import type { Key, MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import { accessKeyIdFault, secretFault } from './weak-secrets.ts'
import type { MasterKey } from './sealing.ts'
import {
  accessKeyKey,
  accessKeyOfAccountKey,
  accessKeysEnd,
  accessKeysOfAccount,
  accessKeysStart,
  accountKey,
  decodeAccessKey,
  encodeRecord,
} from './records.ts'
import type { AccessKeyRecord } from './records.ts'

/** An access key without its secret. */
export interface AccessKey {
  readonly accessKeyId: string
  readonly accountId: string
  /** A label for people; '' where it has none. */
  readonly name: string
  readonly active: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** An access key just made, with its secret. */
export interface NewAccessKey extends AccessKey {
  readonly secretAccessKey: Secret
}

/** Longest name of a key, in bytes of UTF-8. */
export const keyNameLengthMax = 256

const pageSize = 1000

interface Parts {
  readonly store: MetadataStore
  readonly masterKey: MasterKey
  readonly clock: Clock
  readonly random: Random
}

export class AccessKeys {
  readonly #store: MetadataStore
  readonly #masterKey: MasterKey
  readonly #clock: Clock
  readonly #random: Random

  constructor({ store, masterKey, clock, random }: Parts) {
    this.#store = store
    this.#masterKey = masterKey
    this.#clock = clock
    this.#random = random
  }

  /** Makes a key for an account; throws InvalidArgument for a bad name, NoSuchEntity where there is no such account. */
  async create(accountId: string, name = ''): Promise<NewAccessKey> {
    const key = this.plan(accountId, name)
    await this.#store.transact(
      { exclusive: accessKeyGuards(key), shared: [accountKey(accountId)] },
      async (transaction) => {
        if ((await transaction.get(accountKey(accountId))) === undefined) {
          throw new ApiError('NoSuchEntity', `There is no account ${accountId}.`)
        }
        this.insert(transaction, key)
      },
    )
    return key
  }

  /** A key that is not kept yet, for `insert` inside a larger transaction. Throws InvalidArgument for a bad name. */
  plan(accountId: string, name = '', chosen?: { accessKeyId: string; secretAccessKey: Secret }): NewAccessKey {
    checkKeyName(name)
    const { accessKeyId, secretAccessKey } = chosen ?? {
      accessKeyId: newAccessKeyId(this.#random),
      secretAccessKey: newSecret(this.#random),
    }
    const fault = accessKeyIdFault(accessKeyId) ?? secretFault(secretAccessKey.reveal())
    if (fault !== undefined) throw new ApiError('InvalidArgument', `The access key ${fault}.`)
    return { accessKeyId, accountId, name, active: true, createdAt: this.#clock.now(), secretAccessKey }
  }

  /** Puts a planned key among the records, in place of one with the same id. The transaction holds `accessKeyGuards`. */
  insert(transaction: Transaction, key: NewAccessKey): void {
    const { secretAccessKey, ...rest } = key
    const secret = this.#masterKey.seal(purpose(key.accessKeyId), secretAccessKey.reveal())
    transaction.set(accessKeyKey(key.accessKeyId), encodeRecord({ version: 1, ...rest, secret }))
    transaction.set(accessKeyOfAccountKey(key.accountId, key.accessKeyId), Buffer.alloc(0))
  }

  /** The key with its secret, active or not; undefined where there is none. Throws SealBroken. */
  async open(accessKeyId: string): Promise<NewAccessKey | undefined> {
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
      for (const value of page.values) if (value !== undefined) keys.push(withoutSecret(decodeAccessKey(value)))
      const last = page.entries.at(-1)
      if (last === undefined || page.entries.length < pageSize) return keys
      start = Buffer.concat([last[0], Buffer.of(0)])
    }
  }

  /** Throws NoSuchEntity, InvalidArgument. */
  rename(accessKeyId: string, name: string): Promise<AccessKey> {
    checkKeyName(name)
    return this.#change(accessKeyId, (record) => ({ ...record, name }))
  }

  /** Signatures made with an inactive key are refused; it can be made active again. Throws NoSuchEntity. */
  setActive(accessKeyId: string, active: boolean): Promise<AccessKey> {
    return this.#change(accessKeyId, (record) => ({ ...record, active }))
  }

  /** A new secret under the same id; the old one stops working at once. Throws NoSuchEntity. */
  async regenerate(accessKeyId: string): Promise<NewAccessKey> {
    const secretAccessKey = newSecret(this.#random)
    const secret = this.#masterKey.seal(purpose(accessKeyId), secretAccessKey.reveal())
    return { ...(await this.#change(accessKeyId, (record) => ({ ...record, secret }))), secretAccessKey }
  }

  /** Throws NoSuchEntity. */
  async delete(accessKeyId: string): Promise<AccessKey> {
    const key = accessKeyKey(accessKeyId)
    return this.#store.transact({ exclusive: [key] }, async (transaction) => {
      const record = await existing(transaction, accessKeyId)
      transaction.delete(key)
      transaction.delete(accessKeyOfAccountKey(record.accountId, accessKeyId))
      return withoutSecret(record)
    })
  }

  #change(accessKeyId: string, change: (record: AccessKeyRecord) => AccessKeyRecord): Promise<AccessKey> {
    const key = accessKeyKey(accessKeyId)
    return this.#store.transact({ exclusive: [key] }, async (transaction) => {
      const record = change(await existing(transaction, accessKeyId))
      transaction.set(key, encodeRecord(record))
      return withoutSecret(record)
    })
  }
}

/** The guards that `AccessKeys.insert` needs. */
export const accessKeyGuards = ({ accessKeyId }: Pick<AccessKey, 'accessKeyId'>): Key[] => [accessKeyKey(accessKeyId)]

/** A key's record with its secret opened. Throws SealBroken. */
export function openAccessKey(masterKey: MasterKey, value: Uint8Array): NewAccessKey {
  const record = decodeAccessKey(value)
  return {
    ...withoutSecret(record),
    secretAccessKey: new Secret(masterKey.open(purpose(record.accessKeyId), record.secret)),
  }
}

const purpose = (accessKeyId: string) => ({ kind: 'access key', name: accessKeyId })

async function existing(transaction: Transaction, accessKeyId: string): Promise<AccessKeyRecord> {
  const value = await transaction.get(accessKeyKey(accessKeyId))
  if (value === undefined) throw new ApiError('NoSuchEntity', `There is no access key ${JSON.stringify(accessKeyId)}.`)
  return decodeAccessKey(value)
}

const withoutSecret = ({ accessKeyId, accountId, name, active, createdAt }: AccessKeyRecord): AccessKey => ({
  accessKeyId,
  accountId,
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

function checkKeyName(name: string): void {
  const fault =
    Buffer.byteLength(name) > keyNameLengthMax
      ? `must have at most ${keyNameLengthMax} bytes`
      : /\p{C}/u.test(name)
        ? 'must have no control characters'
        : undefined
  if (fault !== undefined) throw new ApiError('InvalidArgument', `The key's name ${fault}.`)
}
