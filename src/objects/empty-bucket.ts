/**
 * Deletes buckets with all that is in them. A bucket that is marked is found by nobody any more, and takes nothing; a record says that it is being
 * emptied, so that the work goes on in bounded pieces, by whoever takes a turn, through any number of crashes.
 *
 *  1. Marked: from now on its contents do not change but by this.
 *  2. Where the bucket may have locks, every version is looked at. One that is locked, and the mark is taken off: nothing has been deleted.
 *  3. Heads, versions and delete markers, and what could be had back go, a batch in a transaction.
 *  4. The bucket goes, and the record. Unfinished uploads are aborted by what Buckets.delete leaves behind.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { Nonces } from '../base/nonces.ts'
import type { Random } from '../base/random.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { Entry, Key, MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import { decodeBucket, encodeBucket, type Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import { decodeVersion, type Version } from './head.ts'
import {
  bucketKey,
  bucketOfAccountKey,
  deletedUnder,
  headKey,
  headsUnder,
  keyOfHead,
  keyOfVersion,
  nullVersionKey,
  under,
  versionsUnder,
  type Count,
  type KeyRange,
} from './keys.ts'
import { requireUnlocked } from './lock.ts'
import type { LockClock } from './lock-clock.ts'
import { addUsage, endMention } from './mentions.ts'

/** `gone`: there is no such bucket any more. `locked`: it holds a locked version, and stays. */
export type Emptied = 'busy' | 'gone' | 'locked'

/** Of a bucket that is being emptied. */
interface Emptying {
  readonly bucket: Bucket
  /** What a list of buckets shows of it, to be put back where it stays; base64. */
  readonly listed: string | undefined
  /** Where to go on looking for locks, as a record's key in hex; absent when all have been looked at. */
  readonly locksFrom?: string | undefined
}

/** Records deleted in one transaction. */
const batchSize = 64
/** Records looked at for locks in one piece of work. */
const lookSize = 500
/** How many are looked at for locks before a bucket is marked, so that most refusals disturb nobody. */
const earlyLooksMax = 20

export class BucketEmptier {
  readonly #metadata: MetadataStore
  readonly #buckets: Buckets
  readonly #clock: Clock
  readonly #lockClock: Pick<LockClock, 'now'>
  readonly #nonces: Nonces

  constructor(parts: {
    readonly metadata: MetadataStore
    readonly buckets: Buckets
    readonly clock: Clock
    readonly lockClock: Pick<LockClock, 'now'>
    readonly random: Random
  }) {
    this.#metadata = parts.metadata
    this.#buckets = parts.buckets
    this.#clock = parts.clock
    this.#lockClock = parts.lockClock
    this.#nonces = new Nonces(parts.random)
  }

  /**
   * Marks the bucket and works on it for so long, if need be; false where more is to be done then, by `work`. Throws AccessDenied
   * where a version is locked: then the bucket is as it was.
   */
  async empty(bucket: Bucket, waitMs: number, signal?: AbortSignal): Promise<boolean> {
    const endMs = this.#clock.monotonic() + waitMs
    if (bucket.deleting !== true) await this.#begin(bucket)
    for (;;) {
      if (this.#clock.monotonic() > endMs || waitMs === 0 || signal?.aborted === true) return false
      const emptied = await this.work(bucket.id)
      if (emptied === 'locked' || (await this.#stays(bucket))) throw isLocked()
      if (emptied === 'gone') return true
      await nextTurn()
    }
  }

  /** Somebody else has found a lock meanwhile. */
  async #stays({ id, name }: Bucket): Promise<boolean> {
    const value = await this.#metadata.get(bucketKey(name))
    const bucket = value && decodeBucket(value)
    return bucket?.id === id && bucket.deleting !== true
  }

  /** The id of the first bucket that is being emptied, or of the first after another; undefined where there is none. */
  async next(after?: string): Promise<string | undefined> {
    const { start, end } = under(Buffer.from([keyspace.emptying]))
    const from = after === undefined ? start : Buffer.concat([emptyingKey(after), zero])
    const [entry] = await this.#metadata.read((snapshot) => snapshot.scan(from, end, { limit: 1 }))
    return entry && Buffer.from(entry[0]).toString('hex', 1)
  }

  /** An account's buckets that are being emptied, in order of id; at most `limit`, after one of them. */
  async list(
    accountId: string,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<readonly Bucket[]> {
    const { start, end } = under(Buffer.from([keyspace.emptying]))
    let from = after === undefined ? start : Buffer.concat([emptyingKey(after), zero])
    const found: Bucket[] = []
    for (;;) {
      const entries = await this.#metadata.read((snapshot) => snapshot.scan(from, end, { limit: lookSize }))
      for (const [, value] of entries) {
        const { bucket } = decodeEmptying(value)
        if (bucket.accountId === accountId && found.length < limit) found.push(bucket)
      }
      if (entries.length < lookSize || found.length >= limit) return found
      from = Buffer.concat([entries.at(-1)![0], zero])
    }
  }

  /** One bounded piece. `backwards`: from the end, so that two who work at the same time do not get in each other's way. */
  async work(bucketId: string, backwards = false): Promise<Emptied> {
    const value = await this.#metadata.get(emptyingKey(bucketId))
    if (value === undefined) return 'gone'
    const emptying = decodeEmptying(value)
    if (emptying.locksFrom !== undefined) return this.#look(emptying, emptying.locksFrom)
    try {
      return await this.#delete(emptying.bucket, backwards)
    } catch (error) {
      // A clock that was set back has made a lock hold again.
      if (error instanceof ApiError && error.code === 'AccessDenied') return this.#unmark(emptying)
      throw error
    }
  }

  async #begin(bucket: Bucket): Promise<void> {
    if (bucket.objectLock !== undefined) await this.#lookEarly(bucket)
    const key = bucketKey(bucket.name)
    await this.#metadata.transact({ exclusive: [key] }, async (transaction) => {
      const value = await transaction.get(key)
      const current = value && decodeBucket(value)
      if (current?.id !== bucket.id)
        throw new ApiError('NoSuchBucket', undefined, { details: { BucketName: bucket.name } })
      if (current.deleting === true) return
      const listedKey = bucketOfAccountKey(current.accountId, current.name)
      const listedValue = await transaction.get(listedKey)
      const listed = listedValue && Buffer.from(listedValue).toString('base64')
      const locksFrom = current.objectLock && hex(headsUnder(current.id, '').start)
      transaction.set(key, encodeBucket({ ...current, deleting: true }))
      transaction.delete(listedKey)
      transaction.set(emptyingKey(current.id), encodeEmptying({ bucket: current, listed, locksFrom }))
    })
  }

  /** Throws AccessDenied where one of the first versions is locked. */
  async #lookEarly({ id }: Bucket): Promise<void> {
    let from: string | undefined = hex(headsUnder(id, '').start)
    for (let looks = 0; from !== undefined && looks < earlyLooksMax; looks++) from = await this.#lookFrom(id, from)
  }

  async #look(emptying: Emptying, from: string): Promise<Emptied> {
    let locksFrom: string | undefined
    try {
      locksFrom = await this.#lookFrom(emptying.bucket.id, from)
    } catch (error) {
      if (error instanceof ApiError && error.code === 'AccessDenied') return this.#unmark(emptying)
      throw error
    }
    const { bucket } = emptying
    const key = emptyingKey(bucket.id)
    await this.#change(bucket, [key], (transaction, current) => {
      // Somebody else may have gone on meanwhile: nobody goes back behind that.
      if (current.locksFrom === from) transaction.set(key, encodeEmptying({ ...current, locksFrom }))
    })
    return 'busy'
  }

  /** Where to go on; undefined at the end. Throws AccessDenied for a locked version. */
  async #lookFrom(bucketId: string, from: string): Promise<string | undefined> {
    const start = Buffer.from(from, 'hex')
    const [heads, versions] = [headsUnder(bucketId, ''), versionsUnder(bucketId, '')]
    const range = Buffer.compare(start, heads.end) < 0 ? heads : versions
    const entries = await this.#metadata.read((snapshot) => snapshot.scan(start, range.end, { limit: lookSize }))
    for (const [, value] of entries) requireUnlocked(decodeVersion(value), this.#lockClock.now())
    if (entries.length === lookSize) return hex(Buffer.concat([entries.at(-1)![0], zero]))
    return range === heads ? hex(versions.start) : undefined
  }

  /** The bucket stays, and is as it was. */
  async #unmark({ bucket, listed }: Emptying): Promise<Emptied> {
    const key = bucketKey(bucket.name)
    await this.#metadata.transact({ exclusive: [key] }, async (transaction) => {
      if ((await emptyingIn(transaction, bucket)) === undefined) return
      transaction.set(key, encodeBucket(bucket))
      if (listed !== undefined)
        transaction.set(bucketOfAccountKey(bucket.accountId, bucket.name), Buffer.from(listed, 'base64'))
      transaction.delete(emptyingKey(bucket.id))
    })
    return 'locked'
  }

  async #delete(bucket: Bucket, backwards: boolean): Promise<Emptied> {
    for (const { range, keyOf, counts } of contentsOf(bucket)) {
      const scan = { limit: batchSize, reverse: backwards }
      const entries = await this.#metadata.read((snapshot) => snapshot.scan(range.start, range.end, scan))
      if (entries.length === 0) continue
      await this.#deleteRecords(bucket, entries, keyOf, counts)
      return 'busy'
    }
    try {
      await this.#buckets.deleteEmptied(bucket, (transaction) => transaction.delete(emptyingKey(bucket.id)))
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'NoSuchBucket')) throw error
      // Somebody else was quicker.
    }
    return 'gone'
  }

  #deleteRecords(
    bucket: Bucket,
    entries: readonly Entry[],
    keyOf: (record: Key) => string,
    [number, bytes]: Contents['counts'],
  ): Promise<void> {
    const exclusive = entries.map(([record]) => headKey(bucket.id, keyOf(record)))
    return this.#change(bucket, exclusive, async (transaction, { locksFrom }) => {
      if (locksFrom !== undefined) return
      let count = 0
      let size = 0
      for (const [record] of entries) {
        const value = await transaction.get(record)
        if (value === undefined) continue
        const version = decodeVersion(value)
        requireUnlocked(version, this.#lockClock.now())
        this.#end(transaction, bucket, keyOf(record), version)
        transaction.delete(record)
        count++
        size += version.deleteMarker === true ? 0 : version.size
      }
      addUsage(transaction, bucket, number, -count)
      addUsage(transaction, bucket, bytes, -size)
    })
  }

  /** Does nothing where the bucket is not being emptied any more: then its contents are its owner's. */
  #change(
    bucket: Bucket,
    exclusive: readonly Key[],
    body: (transaction: Transaction, emptying: Emptying) => Promise<void> | void,
  ): Promise<void> {
    return this.#metadata.transact({ exclusive, shared: [bucketKey(bucket.name)] }, async (transaction) => {
      const emptying = await emptyingIn(transaction, bucket)
      if (emptying !== undefined) await body(transaction, emptying)
    })
  }

  #end(transaction: Transaction, bucket: Bucket, key: string, version: Version): void {
    if (version.isNull === true) transaction.delete(nullVersionKey(bucket.id, key))
    if (version.deleteMarker === true) return
    endMention(transaction, version.extent, this.#clock.now(), this.#nonces.next())
  }
}

/** In a transaction that has `bucketKey` among its guards; undefined where the bucket is not marked. */
async function emptyingIn(transaction: Transaction, { id, name }: Bucket): Promise<Emptying | undefined> {
  const value = await transaction.get(bucketKey(name))
  const bucket = value && decodeBucket(value)
  if (bucket?.id !== id || bucket.deleting !== true) return undefined
  const record = await transaction.get(emptyingKey(id))
  return record && decodeEmptying(record)
}

interface Contents {
  readonly range: KeyRange
  readonly keyOf: (record: Key) => string
  readonly counts: readonly [number: Count, bytes: Count]
}

const contentsOf = ({ id }: Bucket): readonly Contents[] => [
  { range: headsUnder(id, ''), keyOf: keyOfHead, counts: ['objects', 'bytes'] },
  { range: versionsUnder(id, ''), keyOf: keyOfVersion, counts: ['versions', 'versionBytes'] },
  { range: deletedUnder(id, ''), keyOf: keyOfVersion, counts: ['deleted', 'deletedBytes'] },
]

const emptyingKey = (bucketId: string): Key =>
  Buffer.concat([Buffer.from([keyspace.emptying]), Buffer.from(bucketId, 'hex')])
const encodeEmptying = (emptying: Emptying): Uint8Array => Buffer.from(JSON.stringify(emptying))
const decodeEmptying = (value: Uint8Array): Emptying => JSON.parse(Buffer.from(value).toString('utf8')) as Emptying
const hex = (key: Key): string => Buffer.from(key).toString('hex')
const zero = Buffer.from([0])

const isLocked = (): ApiError =>
  new ApiError('AccessDenied', 'Access Denied because the bucket holds objects that are locked (Object Lock).')
