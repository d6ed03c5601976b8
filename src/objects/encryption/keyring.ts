/**
 * The server's own keys (SSE-S3), which wrap the data keys of content. They are kept sealed under the master key. One of them is
 * current; those before it stay, since what they have wrapped stays under them, as with AWS KMS.
 */
import type { MasterKey, Sealed } from '../../access/sealing.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { keyspace } from '../../metadata/keyspace.ts'
import type { Awaitable, Key, MetadataStore, Snapshot, Transaction, Value } from '../../metadata/metadata-store.ts'
import { isPromiseLike } from '../../metadata/optimistic.ts'
import type { ServerKey, ServerKeys } from './data-keys.ts'

/** What may be known of a key of the server. */
export interface KeyDescription {
  readonly id: string
  readonly createdMs: number
  readonly current: boolean
}

/** The part of a MasterKey that keeps keys. */
export type Sealer = Pick<MasterKey, 'seal' | 'open'>

interface KeyRecord {
  readonly id: string
  readonly createdMs: number
  /** Its 32 bytes in hex, under the master key. */
  readonly sealed: Sealed
}

const keySize = 32
/** Keys that there can be. */
const keysMax = 10_000

/** Holds the id of the current key; the guard of every change of the ring. */
const currentKey: Key = Buffer.of(keyspace.encryptionKey, 0)
const keysStart: Key = Buffer.of(keyspace.encryptionKey, 1)
const keysEnd: Key = Buffer.of(keyspace.encryptionKey, 2)
const recordKey = (id: string): Key => Buffer.concat([keysStart, Buffer.from(id)])

export class Keyring implements ServerKeys {
  readonly #metadata: MetadataStore
  readonly #masterKey: Sealer
  readonly #clock: Clock
  readonly #random: Random
  /** A key never changes, so what was opened once stays true. */
  readonly #opened = new Map<string, ServerKey>()
  #current: { readonly stamp: number; readonly key: ServerKey } | undefined

  constructor(parts: {
    readonly metadata: MetadataStore
    readonly masterKey: Sealer
    readonly clock: Clock
    readonly random: Random
  }) {
    this.#metadata = parts.metadata
    this.#masterKey = parts.masterKey
    this.#clock = parts.clock
    this.#random = parts.random
  }

  /** Makes the first key where there is none. Of several that call it at once, one makes it. */
  async ensure(): Promise<void> {
    if ((await this.#metadata.get(currentKey)) !== undefined) return
    const made = this.#make()
    await this.#metadata.transact({ exclusive: [currentKey] }, async (transaction) => {
      if ((await transaction.get(currentKey)) === undefined) insert(transaction, made)
    })
  }

  /** Makes a new current key. Whatever is encrypted from now on, on any thread, is under it. */
  async rotate(): Promise<KeyDescription> {
    const made = this.#make()
    await this.#metadata.transact({ exclusive: [currentKey] }, async (transaction) => {
      if ((await recordsOf(transaction)).length >= keysMax) throw new Error(`There are ${keysMax} encryption keys`)
      insert(transaction, made)
    })
    return { id: made.id, createdMs: made.createdMs, current: true }
  }

  /** All keys, oldest first. */
  list(): Promise<readonly KeyDescription[]> {
    return this.#metadata.read(async (snapshot) => {
      const currentId = textOf(await snapshot.get(currentKey))
      const keys = (await recordsOf(snapshot)).map(({ id, createdMs }) => ({
        id,
        createdMs,
        current: id === currentId,
      }))
      return keys.toSorted((one, other) => one.createdMs - other.createdMs)
    })
  }

  /** As of the call, whichever thread has rotated. */
  current(): Awaitable<ServerKey> {
    const stamp = this.#metadata.stamp(currentKey)
    return this.#current?.stamp === stamp ? this.#current.key : this.#readCurrent(stamp)
  }

  find(id: string): Awaitable<ServerKey | undefined> {
    const opened = this.#opened.get(id)
    if (opened !== undefined) return opened
    const value = this.#metadata.get(recordKey(id))
    return isPromiseLike(value) ? value.then((read) => this.#open(read)) : this.#open(value)
  }

  async #readCurrent(stamp: number): Promise<ServerKey> {
    const id = textOf(await this.#metadata.get(currentKey))
    const key = id === undefined ? undefined : await this.find(id)
    if (key === undefined) throw new Error('There is no current encryption key')
    this.#current = { stamp, key }
    return key
  }

  /** Throws SealBroken. */
  #open(value: Value | undefined): ServerKey | undefined {
    if (value === undefined) return undefined
    const { id, sealed } = decode(value)
    const key = { id, bytes: Buffer.from(this.#masterKey.open(purpose(id), sealed), 'hex') }
    this.#opened.set(id, key)
    return key
  }

  #make(): KeyRecord {
    const id = this.#random.bytes(8).toString('hex')
    const sealed = this.#masterKey.seal(purpose(id), this.#random.bytes(keySize).toString('hex'))
    return { id, createdMs: this.#clock.now(), sealed }
  }
}

/** The guards of `resealKeyring`. */
export const keyringGuards: readonly Key[] = [currentKey]

/** Seals every key of the ring under another master key; for use in the transaction that changes the master key. Throws SealBroken. */
export async function resealKeyring(transaction: Transaction, from: Sealer, to: Sealer): Promise<void> {
  for (const record of await recordsOf(transaction)) {
    const { id, sealed } = record
    const resealed = to.seal(purpose(id), from.open(purpose(id), sealed))
    transaction.set(recordKey(id), encode({ ...record, sealed: resealed }))
  }
}

function insert(transaction: Transaction, record: KeyRecord): void {
  transaction.set(recordKey(record.id), encode(record))
  transaction.set(currentKey, Buffer.from(record.id))
}

async function recordsOf(snapshot: Snapshot): Promise<readonly KeyRecord[]> {
  return (await snapshot.scan(keysStart, keysEnd, { limit: keysMax })).map(([, value]) => decode(value))
}

const purpose = (id: string) => ({ kind: 'encryption key', name: id })

const textOf = (value: Value | undefined): string | undefined => value && Buffer.from(value).toString()

const format = 1

const encode = (record: KeyRecord): Value => Buffer.from(JSON.stringify({ format, ...record }))

function decode(value: Value): KeyRecord {
  const { format: stored, ...record } = JSON.parse(Buffer.from(value).toString()) as KeyRecord & { format: number }
  if (stored !== format) throw new Error(`An encryption key of format ${stored} cannot be read by this version`)
  return record
}
