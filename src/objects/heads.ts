/** The current versions of objects: found, replaced and removed, with all that goes with it: conditions, usage, and what the change ends. */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { Nonces } from '../base/nonces.ts'
import type { Random } from '../base/random.ts'
import type { MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import type { HeadCache } from './head-cache.ts'
import { decodeHead, encodeHead, type Head } from './head.ts'
import { headKey } from './keys.ts'
import { addUsage, endMention } from './mentions.ts'

/** Throws what AWS answers where the current version (or its absence) does not meet the request's conditions. */
export type Condition = (current: Head | undefined) => void

export class Heads {
  readonly #metadata: MetadataStore
  readonly #cache: HeadCache
  readonly #clock: Clock
  readonly #nonces: Nonces

  constructor(metadata: MetadataStore, cache: HeadCache, clock: Clock, random: Random) {
    this.#metadata = metadata
    this.#cache = cache
    this.#clock = clock
    this.#nonces = new Nonces(random)
  }

  /** The current version as of the call, or undefined. */
  async find(bucket: Bucket, key: string): Promise<Head | undefined> {
    return this.#cache.get(bucket, key)?.head ?? (await this.#load(bucket, key))
  }

  /** Throws NoSuchKey. */
  async get(bucket: Bucket, key: string): Promise<Head> {
    const head = await this.find(bucket, key)
    if (head === undefined) throw new ApiError('NoSuchKey', undefined, { details: { Key: key } })
    return head
  }

  async #load(bucket: Bucket, key: string): Promise<Head | undefined> {
    const record = headKey(bucket.id, key)
    const stamp = this.#metadata.stamp(record)
    const value = await this.#metadata.get(record)
    if (value === undefined) return undefined
    const head = decodeHead(value)
    this.#cache.set(bucket, key, record, stamp, head)
    return head
  }

  /**
   * Makes `head` the current version, as of now, and answers it. The transaction has `headKey` as an exclusive guard and `bucketKey` as a
   * shared one, and sets whatever the new head's extent relies on.
   */
  async replace(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    head: Omit<Head, 'modifiedMs'>,
    condition?: Condition,
  ): Promise<Head> {
    const current = await this.#current(transaction, bucket, key)
    condition?.(current)
    const replacement = { ...head, modifiedMs: this.#clock.now() }
    transaction.set(headKey(bucket.id, key), encodeHead(replacement))
    if (current === undefined) addUsage(transaction, bucket, 'objects', 1)
    else this.#end(transaction, current)
    addUsage(transaction, bucket, 'bytes', head.size - (current?.size ?? 0))
    return replacement
  }

  /** Removes the current version and answers it; undefined where there is none. Guards as for replace. */
  async remove(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    condition?: Condition,
  ): Promise<Head | undefined> {
    const current = await this.#current(transaction, bucket, key)
    condition?.(current)
    if (current === undefined) return undefined
    transaction.delete(headKey(bucket.id, key))
    addUsage(transaction, bucket, 'objects', -1)
    addUsage(transaction, bucket, 'bytes', -current.size)
    this.#end(transaction, current)
    return current
  }

  async #current(transaction: Transaction, bucket: Bucket, key: string): Promise<Head | undefined> {
    const cached = this.#cache.get(bucket, key)
    if (cached !== undefined) return cached.head
    const value = await transaction.get(headKey(bucket.id, key))
    return value && decodeHead(value)
  }

  #end(transaction: Transaction, { extent }: Head): void {
    endMention(transaction, extent, this.#clock.now(), this.#nonces.next())
  }
}
