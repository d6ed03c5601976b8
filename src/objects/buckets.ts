/** Which buckets there are: created, found, listed, deleted. Names are unique over all accounts, whatever their case. */
import { tokensOfBucket, type BucketPresence } from '../access/tokens-of-bucket.ts'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Awaitable, Guards, Key, MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import { decodeBucket, encodeBucket, type Bucket } from './bucket.ts'
import { checkBucketName, type BucketNaming } from './bucket-name.ts'
import { newDelivery } from './delivery-settings.ts'
import { garbageOf } from './garbage.ts'
import { bucketKey, bucketOfAccountKey, deletedUnder, headsUnder, under, usageKey, versionsUnder } from './keys.ts'
import { Quotas, type Replaced } from './quotas.ts'
import type { FindToggles } from './toggles.ts'
import { usageIn, type Usage } from './usage.ts'

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

export type { Usage } from './usage.ts'

/** A bucket and what it holds. */
export interface BucketWithUsage {
  readonly bucket: Bucket
  readonly usage: Usage
}

const cacheSizeMax = 10_000
/** How often a deletion is tried again because the bucket was given a signing key meanwhile. */
const attemptsMax = 10

export class Buckets {
  readonly #metadata: MetadataStore
  readonly #clock: Clock
  readonly #random: Random
  readonly #toggles: FindToggles | undefined
  readonly #quotas: Quotas
  readonly #cache = new Map<string, Cached>()

  /** By the toggles, a bucket may be found whatever the case its name is written in. */
  constructor(metadata: MetadataStore, clock: Clock, random: Random, toggles?: FindToggles) {
    this.#metadata = metadata
    this.#clock = clock
    this.#random = random
    this.#toggles = toggles
    this.#quotas = new Quotas(metadata)
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

  /** The bucket that has the name, in whatever case it is written: what keeps another from being made. */
  async holderOf(name: string): Promise<Bucket | undefined> {
    const value = await this.#metadata.get(bucketKey(name))
    return value && decodeBucket(value)
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

  /** What has something that is made for the bucket, and goes with it, made only while the bucket is there. */
  presence(bucket: Bucket): BucketPresence {
    return { guard: bucketKey(bucket.name), require: () => this.require(bucket) }
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

  /**
   * The one way to change what is in a bucket: a transaction with `bucketKey` among its guards, whose body is given the bucket as it is then. Throws
   * NoSuchBucket unless it is still this very bucket, not being emptied; QuotaExceeded where the body adds more than the quotas of the bucket
   * and its account leave, and it does not `delete`: who deletes may leave delete markers behind.
   */
  transact<T>(
    bucket: Bucket,
    { exclusive, shared = [] }: Guards,
    body: (transaction: Transaction, bucket: Bucket) => Awaitable<T>,
    { deletes = false }: { readonly deletes?: boolean | undefined } = {},
  ): Promise<T> {
    const guards = { exclusive, shared: [bucketKey(bucket.name), ...shared] }
    return this.#metadata.transact(guards, async (transaction) => {
      const current = await this.require(bucket)
      const limits = deletes ? undefined : this.#quotas.limitsOf(current)
      if (limits === undefined) return body(transaction, current)
      return this.#quotas.within(limits, current, transaction, (counting) => body(counting, current))
    })
  }

  /**
   * A body that is about to be written into the bucket, as soon as it is not sure that a quota has no room for it. Throws QuotaExceeded, or has the
   * body throw it where its size is not known before. `replaced` tells how many bytes may go as it comes.
   */
  admit(
    bucket: Bucket,
    body: AsyncIterable<Uint8Array>,
    size: number | undefined,
    replaced: Replaced,
  ): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>> {
    const limits = this.#quotas.limitsOf(bucket)
    return limits === undefined ? body : this.#quotas.admit(limits, bucket, body, size, replaced)
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
      const inForce = this.#toggles?.(undefined, accountId)
      const bucket: Bucket = { ...(inForce && { delivery: newDelivery(inForce) }), ...given, id, createdMs }
      transaction.set(key, encodeBucket(bucket))
      // What a list of buckets shows, and no more.
      const listed = { id, name, accountId, region, locationConstraint, createdMs }
      transaction.set(bucketOfAccountKey(accountId, name), encodeBucket(listed))
      return bucket
    })
  }

  /** Throws NoSuchBucket, BucketNotEmpty. Unfinished uploads, signing keys and what was revoked go with the bucket. */
  async delete(name: string): Promise<void> {
    const bucket = await this.get(name)
    return this.#delete(bucket, () => this.require(bucket))
  }

  /** As delete, of a bucket that has been emptied; `also` does what goes with it in the same transaction. */
  deleteEmptied(bucket: Bucket, also: (transaction: Transaction) => void): Promise<void> {
    return this.#delete(bucket, async (transaction) => {
      const { id, deleting } = await this.find(bucket.name)
      if (id !== bucket.id || deleting !== true) throw noSuchBucket(bucket.name)
      also(transaction)
    })
  }

  /** `require` throws NoSuchBucket where it is not this very bucket any more, or is not in the state to be deleted. */
  async #delete(
    { id, accountId, name }: Bucket,
    require: (transaction: Transaction) => Promise<unknown>,
  ): Promise<void> {
    const key = bucketKey(name)
    const nonce = this.#random.bytes(8).toString('hex')
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const tokens = await tokensOfBucket(this.#metadata, id)
      const deleted = await this.#metadata.transact({ exclusive: [key, ...tokens.guards] }, async (transaction) => {
        if (!(await tokens.areAll(transaction))) return false
        await require(transaction)
        await requireEmpty(transaction, { id, name })
        transaction.delete(key)
        transaction.delete(bucketOfAccountKey(accountId, name))
        tokens.delete(transaction)
        for (const count of counts) transaction.delete(usageKey('bucket', id, count))
        // The bytes of unfinished uploads are counted until those are aborted.
        transaction.set(...garbageOf({ uploadsOf: { bucketId: id, accountId } }, this.#clock.now(), nonce))
        return true
      })
      if (deleted) return
    }
    throw new ApiError('OperationAborted')
  }

  /** In order of name; at most `limit`. Of each, what a list shows. */
  list(options: ListBucketsOptions): Promise<readonly Bucket[]> {
    return this.#metadata.read((snapshot) => listIn(snapshot, options))
  }

  /** As list, each as its record is, with what it holds: all at one moment. */
  listWithUsage(
    accountId: string,
    options: Omit<ListBucketsOptions, 'accountId'>,
  ): Promise<readonly BucketWithUsage[]> {
    return this.#metadata.read(async (snapshot) => {
      const found: BucketWithUsage[] = []
      for (const { name } of await listIn(snapshot, { ...options, accountId })) {
        const value = await snapshot.get(bucketKey(name))
        if (value === undefined) continue
        const bucket = decodeBucket(value)
        found.push({ bucket, usage: await usageIn(snapshot, 'bucket', bucket.id) })
      }
      return found
    })
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

async function listIn(
  snapshot: Snapshot,
  { accountId, prefix = '', after, limit }: ListBucketsOptions,
): Promise<readonly Bucket[]> {
  const range = under(bucketOfAccountKey(accountId, prefix))
  const start = after === undefined ? range.start : Buffer.concat([bucketOfAccountKey(accountId, after), zero])
  if (Buffer.compare(start, range.end) >= 0) return []
  let from: Key = Buffer.compare(start, range.start) > 0 ? start : range.start
  const found: Bucket[] = []
  for (;;) {
    const entries = await snapshot.scan(from, range.end, { limit })
    for (const [, value] of entries) {
      const bucket = decodeBucket(value)
      // The keys are in lower case, and a prefix is taken as it is.
      if (bucket.name.startsWith(prefix) && found.length < limit) found.push(bucket)
    }
    if (entries.length < limit || found.length >= limit) return found
    from = Buffer.concat([entries.at(-1)![0], zero])
  }
}

/** Throws BucketNotEmpty; what was deleted and can still be had back counts too. */
async function requireEmpty(snapshot: Snapshot, { id, name }: Pick<Bucket, 'id' | 'name'>): Promise<void> {
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
