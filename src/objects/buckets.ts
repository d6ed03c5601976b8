/** Which buckets there are: created, found, listed, deleted. Names are unique over all accounts, whatever their case. */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { MetadataStore, Snapshot } from '../metadata/metadata-store.ts'
import { decodeBucket, encodeBucket, type Bucket } from './bucket.ts'
import { checkBucketName } from './bucket-name.ts'
import { garbageOf } from './garbage.ts'
import { bucketKey, bucketOfAccountKey, headsUnder, under, usageKey, type Count } from './keys.ts'
import { decodeCounter } from '../metadata/counter.ts'

export type NewBucket = Pick<Bucket, 'name' | 'accountId' | 'region' | 'locationConstraint'>

export interface ListBucketsOptions {
  readonly accountId: string
  readonly prefix?: string | undefined
  /** Names after this one. */
  readonly after?: string | undefined
  readonly limit: number
}

export interface Usage {
  readonly objects: number
  readonly bytes: number
  readonly unfinishedBytes: number
}

const cacheSizeMax = 10_000

export class Buckets {
  readonly #metadata: MetadataStore
  readonly #clock: Clock
  readonly #random: Random
  readonly #cache = new Map<string, { readonly stamp: number; readonly bucket: Bucket }>()

  constructor(metadata: MetadataStore, clock: Clock, random: Random) {
    this.#metadata = metadata
    this.#clock = clock
    this.#random = random
  }

  /** Throws NoSuchBucket. Current as of the call: any thread's change shows in the stamp. */
  async get(name: string): Promise<Bucket> {
    return this.cached(name) ?? (await this.#load(name))
  }

  /** The bucket, where it is known to be current without a read. */
  cached(name: string): Bucket | undefined {
    const entry = this.#cache.get(name)
    return entry !== undefined && entry.stamp === this.#metadata.stamp(bucketKey(entry.bucket.name))
      ? entry.bucket
      : undefined
  }

  /**
   * The bucket as it is now, configuration and all. Throws NoSuchBucket unless it is still this very bucket, not being emptied; for use in
   * a transaction that has `bucketKey` among its guards.
   */
  async require(bucket: Bucket): Promise<Bucket> {
    const current = await this.get(bucket.name)
    if (current.id !== bucket.id || current.deleting === true) throw noSuchBucket(bucket.name)
    return current
  }

  /** Changes what is configured on a bucket; `change` is given the bucket as it is. Throws NoSuchBucket, and what `change` throws. */
  async update(bucket: Bucket, change: (current: Bucket) => Bucket): Promise<Bucket> {
    const key = bucketKey(bucket.name)
    return this.#metadata.transact({ exclusive: [key] }, async (transaction) => {
      const value = await transaction.get(key)
      const current = value && decodeBucket(value)
      if (current?.id !== bucket.id) throw noSuchBucket(bucket.name)
      const changed = change(current)
      transaction.set(key, encodeBucket(changed))
      return changed
    })
  }

  async #load(name: string): Promise<Bucket> {
    const key = bucketKey(name)
    const stamp = this.#metadata.stamp(key)
    const value = await this.#metadata.get(key)
    const bucket = value && decodeBucket(value)
    // Found by its own name only: what is allowed on a bucket is said of that name.
    if (bucket?.name !== name) {
      this.#cache.delete(name)
      throw noSuchBucket(name)
    }
    if (this.#cache.size >= cacheSizeMax) this.#cache.clear()
    this.#cache.set(name, { stamp, bucket })
    return bucket
  }

  /** Throws InvalidBucketName, BucketAlreadyExists, BucketAlreadyOwnedByYou. */
  async create({ name, accountId, region, locationConstraint }: NewBucket): Promise<Bucket> {
    checkBucketName(name)
    const id = this.#random.bytes(8).toString('hex')
    const key = bucketKey(name)
    return this.#metadata.transact({ exclusive: [key] }, async (transaction) => {
      const existing = await transaction.get(key)
      if (existing !== undefined) {
        const code = decodeBucket(existing).accountId === accountId ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists'
        throw new ApiError(code, undefined, { details: { BucketName: name } })
      }
      const bucket: Bucket = { id, name, accountId, region, locationConstraint, createdMs: this.#clock.now() }
      transaction.set(key, encodeBucket(bucket))
      transaction.set(bucketOfAccountKey(accountId, name), encodeBucket(bucket))
      return bucket
    })
  }

  /** Throws NoSuchBucket, BucketNotEmpty. Unfinished uploads go with the bucket. */
  async delete(name: string): Promise<void> {
    const key = bucketKey(name)
    const nonce = this.#random.bytes(8).toString('hex')
    await this.#metadata.transact({ exclusive: [key] }, async (transaction) => {
      const bucket = await this.get(name)
      const { start, end } = headsUnder(bucket.id, '')
      if ((await transaction.scan(start, end, { limit: 1 })).length > 0) {
        throw new ApiError('BucketNotEmpty', undefined, { details: { BucketName: name } })
      }
      transaction.delete(key)
      transaction.delete(bucketOfAccountKey(bucket.accountId, bucket.name))
      for (const count of counts) transaction.delete(usageKey('bucket', bucket.id, count))
      // The bytes of unfinished uploads are counted until those are aborted.
      transaction.set(
        ...garbageOf({ uploadsOf: { bucketId: bucket.id, accountId: bucket.accountId } }, this.#clock.now(), nonce),
      )
    })
  }

  /** In order of name; at most `limit`. */
  async list({ accountId, prefix = '', after, limit }: ListBucketsOptions): Promise<readonly Bucket[]> {
    // Names are in lower case, and a prefix is taken as it is.
    if (prefix !== prefix.toLowerCase()) return []
    const range = under(bucketOfAccountKey(accountId, prefix))
    const start = after === undefined ? range.start : Buffer.concat([bucketOfAccountKey(accountId, after), zero])
    if (Buffer.compare(start, range.end) >= 0) return []
    const from = Buffer.compare(start, range.start) > 0 ? start : range.start
    const entries = await this.#metadata.read((snapshot) => snapshot.scan(from, range.end, { limit }))
    return entries.map(([, value]) => decodeBucket(value))
  }

  /** What a bucket holds, exact at one moment. */
  usage(bucket: Bucket): Promise<Usage> {
    return this.#metadata.read((snapshot) => usageIn(snapshot, 'bucket', bucket.id))
  }
}

const noSuchBucket = (name: string): ApiError =>
  new ApiError('NoSuchBucket', undefined, { details: { BucketName: name } })

const zero = Buffer.from([0])
const counts: readonly Count[] = ['objects', 'bytes']

export async function usageIn(snapshot: Snapshot, of: 'bucket' | 'account', id: string): Promise<Usage> {
  const read = async (count: Count): Promise<number> => decodeCounter(await snapshot.get(usageKey(of, id, count)))
  return { objects: await read('objects'), bytes: await read('bytes'), unfinishedBytes: await read('unfinishedBytes') }
}
