/** Which buckets there are: created, found, listed, deleted. Names are unique over all accounts, whatever their case. */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Key, MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import { decodeBucket, encodeBucket, type Bucket } from './bucket.ts'
import { checkBucketName, type BucketNaming } from './bucket-name.ts'
import { garbageOf } from './garbage.ts'
import {
  bucketKey,
  bucketOfAccountKey,
  deletedUnder,
  headsUnder,
  under,
  usageKey,
  versionsUnder,
  type Count,
} from './keys.ts'
import { decodeCounter } from '../metadata/counter.ts'
import type { FindToggles } from './toggles.ts'

/** What a bucket is from the first, configuration and all. */
export interface NewBucket extends Omit<Bucket, 'id' | 'createdMs'> {
  /** How many its account may have; no limit unless given. */
  readonly bucketsMax?: number | null | undefined
  /** Which rule its name must keep; AWS's unless given. */
  readonly naming?: BucketNaming
}

interface Cached {
  readonly key: Key
  readonly stamp: number
  readonly bucket: Bucket
}

export interface ListBucketsOptions {
  readonly accountId: string
  readonly prefix?: string | undefined
  /** Names after this one. */
  readonly after?: string | undefined
  readonly limit: number
}

/** Bytes and numbers of objects: current; noncurrent versions and delete markers; deleted, but not for good; of unfinished uploads. */
export type Usage = Readonly<Record<Count, number>>

const cacheSizeMax = 10_000

export class Buckets {
  readonly #metadata: MetadataStore
  readonly #clock: Clock
  readonly #random: Random
  readonly #toggles: FindToggles | undefined
  readonly #cache = new Map<string, Cached>()

  /** By the toggles, a bucket may be found whatever the case its name is written in. */
  constructor(metadata: MetadataStore, clock: Clock, random: Random, toggles?: FindToggles) {
    this.#metadata = metadata
    this.#clock = clock
    this.#random = random
    this.#toggles = toggles
  }

  /** Throws NoSuchBucket. Current as of the call: any thread's change shows in the stamp. */
  async get(name: string): Promise<Bucket> {
    const bucket = await this.find(name)
    if (bucket.deleting === true) throw noSuchBucket(name)
    return bucket
  }

  /** As get, where one that is being emptied is found too. */
  async find(name: string): Promise<Bucket> {
    return this.#known(name) ?? (await this.#load(name))
  }

  /** What get answers, where that is known without a read. */
  cached(name: string): Bucket | undefined {
    const bucket = this.#known(name)
    return bucket?.deleting === true ? undefined : bucket
  }

  #known(name: string): Bucket | undefined {
    const entry = this.#cache.get(name)
    if (entry === undefined || entry.stamp !== this.#metadata.stamp(entry.key)) return undefined
    return this.#answersTo(entry.bucket, name) ? entry.bucket : undefined
  }

  /** By its own name only, since what is allowed on a bucket is said of that name; unless its names differ by more than case. */
  #answersTo(bucket: Bucket, name: string): boolean {
    return bucket.name === name || this.#toggles?.(bucket)['naming.bucket'] === 'qencode'
  }

  /**
   * The bucket as it is now, configuration and all. Throws NoSuchBucket unless it is still this very bucket, not being emptied; for use in
   * a transaction that has `bucketKey` among its guards.
   */
  async require(bucket: Bucket): Promise<Bucket> {
    const current = await this.get(bucket.name)
    if (current.id !== bucket.id) throw noSuchBucket(bucket.name)
    return current
  }

  /**
   * Changes what is configured on a bucket; `change` is given the bucket as it is, and `also` does what goes with the change in the same
   * transaction. Throws NoSuchBucket, and what they throw.
   */
  async update(
    bucket: Bucket,
    change: (current: Bucket) => Bucket,
    also?: (transaction: Transaction, changed: Bucket) => void,
  ): Promise<Bucket> {
    const key = bucketKey(bucket.name)
    return this.#metadata.transact({ exclusive: [key] }, async (transaction) => {
      const value = await transaction.get(key)
      const current = value && decodeBucket(value)
      if (current?.id !== bucket.id || current.deleting === true) throw noSuchBucket(bucket.name)
      const changed = change(current)
      transaction.set(key, encodeBucket(changed))
      also?.(transaction, changed)
      return changed
    })
  }

  async #load(name: string): Promise<Bucket> {
    const key = bucketKey(name)
    const stamp = this.#metadata.stamp(key)
    const value = await this.#metadata.get(key)
    const bucket = value && decodeBucket(value)
    if (bucket === undefined || !this.#answersTo(bucket, name)) {
      this.#cache.delete(name)
      throw noSuchBucket(name)
    }
    if (this.#cache.size >= cacheSizeMax) this.#cache.clear()
    this.#cache.set(name, { key, stamp, bucket })
    return bucket
  }

  /** Throws InvalidBucketName, BucketAlreadyExists, BucketAlreadyOwnedByYou, TooManyBuckets. */
  async create({ naming, bucketsMax, ...given }: NewBucket): Promise<Bucket> {
    const { name, accountId, region, locationConstraint } = given
    checkBucketName(name, naming)
    const id = this.#random.bytes(8).toString('hex')
    const key = bucketKey(name)
    // One at a time for each account, so that its buckets are counted as they are.
    const exclusive = [key, bucketOfAccountKey(accountId, '')]
    return this.#metadata.transact({ exclusive }, async (transaction) => {
      const existing = await transaction.get(key)
      if (existing !== undefined) {
        const { accountId: ownerId, deleting } = decodeBucket(existing)
        if (ownerId === accountId && deleting === true) throw new ApiError('OperationAborted', beingEmptied)
        const code = ownerId === accountId ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists'
        throw new ApiError(code, undefined, { details: { BucketName: name } })
      }
      if (bucketsMax !== undefined && bucketsMax !== null) await requireRoom(transaction, accountId, bucketsMax)
      const createdMs = this.#clock.now()
      const bucket: Bucket = { ...given, id, createdMs }
      transaction.set(key, encodeBucket(bucket))
      // What a list of buckets shows, and no more.
      const listed = { id, name, accountId, region, locationConstraint, createdMs }
      transaction.set(bucketOfAccountKey(accountId, name), encodeBucket(listed))
      return bucket
    })
  }

  /** Throws NoSuchBucket, BucketNotEmpty. Unfinished uploads go with the bucket. */
  delete(name: string): Promise<void> {
    return this.#delete(name, () => this.get(name))
  }

  /** As delete, of a bucket that has been emptied; `also` does what goes with it in the same transaction. */
  deleteEmptied({ name, id }: Bucket, also: (transaction: Transaction) => void): Promise<void> {
    return this.#delete(name, async (transaction) => {
      const bucket = await this.find(name)
      if (bucket.id !== id || bucket.deleting !== true) throw noSuchBucket(name)
      also(transaction)
      return bucket
    })
  }

  async #delete(name: string, find: (transaction: Transaction) => Promise<Bucket>): Promise<void> {
    const key = bucketKey(name)
    const nonce = this.#random.bytes(8).toString('hex')
    await this.#metadata.transact({ exclusive: [key] }, async (transaction) => {
      const bucket = await find(transaction)
      await requireEmpty(transaction, bucket)
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
    const range = under(bucketOfAccountKey(accountId, prefix))
    const start = after === undefined ? range.start : Buffer.concat([bucketOfAccountKey(accountId, after), zero])
    if (Buffer.compare(start, range.end) >= 0) return []
    let from: Key = Buffer.compare(start, range.start) > 0 ? start : range.start
    const found: Bucket[] = []
    for (;;) {
      const entries = await this.#metadata.read((snapshot) => snapshot.scan(from, range.end, { limit }))
      for (const [, value] of entries) {
        const bucket = decodeBucket(value)
        // The keys are in lower case, and a prefix is taken as it is.
        if (bucket.name.startsWith(prefix) && found.length < limit) found.push(bucket)
      }
      if (entries.length < limit || found.length >= limit) return found
      from = Buffer.concat([entries.at(-1)![0], zero])
    }
  }

  /** What all buckets of an account hold, exact at one moment. */
  usageOfAccount(accountId: string): Promise<Usage> {
    return this.#metadata.read((snapshot) => usageIn(snapshot, 'account', accountId))
  }

  /** What a bucket holds, exact at one moment. */
  usage(bucket: Bucket): Promise<Usage> {
    return this.#metadata.read((snapshot) => usageIn(snapshot, 'bucket', bucket.id))
  }
}

/** Throws BucketNotEmpty; what was deleted and can still be had back counts too. */
async function requireEmpty(snapshot: Snapshot, { id, name }: Bucket): Promise<void> {
  const details = { BucketName: name }
  for (const { start, end } of [headsUnder(id, ''), versionsUnder(id, '')]) {
    if ((await snapshot.scan(start, end, { limit: 1 })).length > 0) {
      throw new ApiError('BucketNotEmpty', undefined, { details })
    }
  }
  const { start, end } = deletedUnder(id, '')
  if ((await snapshot.scan(start, end, { limit: 1 })).length > 0) {
    const why =
      'The bucket holds deleted objects that can still be had back. Delete it with force_delete=true to give them up.'
    throw new ApiError('BucketNotEmpty', why, { details })
  }
}

async function requireRoom(snapshot: Snapshot, accountId: string, bucketsMax: number): Promise<void> {
  const { start, end } = under(bucketOfAccountKey(accountId, ''))
  if ((await snapshot.scan(start, end, { limit: bucketsMax })).length < bucketsMax) return
  throw new ApiError('TooManyBuckets', undefined, { details: { BucketsMax: String(bucketsMax) } })
}

const noSuchBucket = (name: string): ApiError =>
  new ApiError('NoSuchBucket', undefined, { details: { BucketName: name } })

const beingEmptied = 'The bucket of this name is being emptied, to be deleted. Try again when that is done.'
const zero = Buffer.from([0])
/** All but those of unfinished uploads, which are counted until they are aborted. */
const counts = ['objects', 'bytes', 'versions', 'versionBytes', 'deleted', 'deletedBytes'] as const

export const noUsage: Usage = {
  ...{ objects: 0, bytes: 0, versions: 0, versionBytes: 0, deleted: 0, deletedBytes: 0, unfinishedBytes: 0 },
}

export async function usageIn(snapshot: Snapshot, of: 'bucket' | 'account', id: string): Promise<Usage> {
  const read = async (count: Count): Promise<number> => decodeCounter(await snapshot.get(usageKey(of, id, count)))
  const usage: Record<Count, number> = { ...noUsage }
  for (const count of [...counts, 'unfinishedBytes'] as const) usage[count] = await read(count)
  return usage
}
