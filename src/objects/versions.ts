/**
 * The versions of objects: put, deleted, removed for good, amended; with all that goes with a change: conditions, locks, usage, lifecycle, and
 * what the change ends.
 *
 * The current version of a key stands in its head. All others, delete markers too, stand in a range of their own, newest first, so that a
 * listing never meets them. A key whose newest version is a delete marker has no head; so where there is no head but there are versions, the
 * newest is a marker. In a bucket that never had versioning there are heads alone, without ids.
 *
 * Every function here is for a transaction that has `headKey` as an exclusive guard and `bucketKey` as a shared one, and is given the bucket
 * as `Buckets.require` answers it in that transaction.
 */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { Nonces } from '../base/nonces.ts'
import type { Random } from '../base/random.ts'
import type { Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import { garbageOf } from './garbage.ts'
import { encodeHead, encodeVersion, shownVersionId, type DeleteMarker, type Head, type Version } from './head.ts'
import { noSuchVersion, type Heads, type Placed } from './heads.ts'
import { deletedKey, deletedOf, headKey, idOfVersion, nullVersionKey, versionKey } from './keys.ts'
import { scheduleLook } from './lifecycle/schedule.ts'
import { defaultRetention, requireUnlocked, unreadable } from './lock.ts'
import type { LockClock } from './lock-clock.ts'
import { addUsage, endMention } from './mentions.ts'
import { newVersionId, type VersionId } from './version-id.ts'

/** Throws what AWS answers where the version that would be replaced (or its absence) does not meet the request's conditions. */
export type Condition = (head: Head | undefined) => void
/** The same of the version that would be deleted, which may be a delete marker. */
export type DeleteCondition = (version: Version | undefined) => void

/** What tells a new version from the others of its key. */
type Identification = Pick<Version, 'versionId' | 'isNull'>

/** A version that is to be the current one: when and as which, is found out as it is put. */
export type NewHead = Omit<Head, 'modifiedMs' | 'versionId' | 'isNull' | 'noncurrentMs' | 'deleteMarker'>

/** What a deletion did. */
export interface Deleted {
  /** As clients know it: of the marker that was put, or of the version that was removed; undefined where the bucket has no versions. */
  readonly versionId: string | undefined
  /** Whether that is a delete marker. */
  readonly deleteMarker: boolean
}

export interface RemoveOptions {
  readonly condition?: DeleteCondition | undefined
  readonly bypassGovernance?: boolean | undefined
}

export class Versions {
  readonly #heads: Heads
  readonly #clock: Clock
  readonly #lockClock: Pick<LockClock, 'now'>
  readonly #random: Random
  readonly #nonces: Nonces

  constructor(parts: {
    readonly heads: Heads
    readonly clock: Clock
    readonly lockClock: Pick<LockClock, 'now'>
    readonly random: Random
  }) {
    this.#heads = parts.heads
    this.#clock = parts.clock
    this.#lockClock = parts.lockClock
    this.#random = parts.random
    this.#nonces = new Nonces(parts.random)
  }

  /** Makes `head` the current version, as of now, and answers it. The transaction sets whatever the head's extent relies on. */
  async put(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    head: NewHead,
    condition?: Condition,
    modifiedMs = this.#clock.now(),
  ): Promise<Head> {
    const current = await this.#current(transaction, bucket, key)
    condition?.(current)
    const locked = withLock(bucket, head, this.#clock.now())
    const version = { ...locked, modifiedMs, ...(await this.#succeed(transaction, bucket, key, current)) }
    transaction.set(headKey(bucket.id, key), encodeHead(version))
    if (current === undefined) addUsage(transaction, bucket, 'objects', 1)
    addUsage(transaction, bucket, 'bytes', version.size - (current?.size ?? 0))
    if (bucket.lifecycle !== undefined) scheduleLook(transaction, bucket, key, { current: version }, modifiedMs)
    return version
  }

  /** What DeleteObject does without a version id: the current version goes, or is hidden by a delete marker. */
  async delete(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    { condition, bypassGovernance }: RemoveOptions = {},
    ownerId?: string,
  ): Promise<Deleted> {
    const current = await this.#current(transaction, bucket, key)
    if (condition !== undefined) {
      const newest = current ?? (await this.#heads.newestNoncurrent(transaction, bucket, key))?.version
      condition(newest)
      // What was expected to be there is not; then nothing is hidden.
      if (newest === undefined) return { versionId: undefined, deleteMarker: false }
    }
    if (current !== undefined) this.#uncount(transaction, bucket, key, current)
    if (bucket.versioning === undefined) {
      if (current !== undefined) await this.#endCurrent(transaction, bucket, key, current, bypassGovernance)
      return { versionId: undefined, deleteMarker: false }
    }
    const modifiedMs = this.#clock.now()
    const identification = await this.#succeed(transaction, bucket, key, current)
    const marker: DeleteMarker = {
      deleteMarker: true,
      modifiedMs,
      ownerId: ownerId === bucket.accountId ? undefined : ownerId,
      ...(identification as { versionId: VersionId }),
    }
    this.#setNoncurrent(transaction, bucket, key, marker)
    if (bucket.lifecycle !== undefined) scheduleLook(transaction, bucket, key, { deleteMarker: true }, modifiedMs)
    return { versionId: shownVersionId(marker), deleteMarker: true }
  }

  /** Removes one version for good; the newest that is left becomes the current one. Throws AccessDenied where it is locked. */
  async remove(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    versionId: string,
    { condition, bypassGovernance }: RemoveOptions = {},
  ): Promise<Deleted> {
    const placed = await this.#place(transaction, bucket, key, versionId)
    condition?.(placed?.version)
    if (placed === undefined) return { versionId, deleteMarker: false }
    await this.removePlaced(transaction, bucket, key, placed, bypassGovernance)
    return { versionId, deleteMarker: placed.version.deleteMarker === true }
  }

  /** As remove, of a version already found in this transaction. */
  async removePlaced(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    { version, current }: Placed,
    bypassGovernance = false,
  ): Promise<void> {
    if (current) {
      await this.#endCurrent(transaction, bucket, key, version as Head, bypassGovernance)
      this.#uncount(transaction, bucket, key, version as Head)
    } else await this.#removeNoncurrent(transaction, bucket, key, version, bypassGovernance)
    if (bucket.versioning === undefined) return
    const head = current ? undefined : await this.#heads.current(transaction, bucket, key)
    if (head === undefined) await this.#promote(transaction, bucket, key)
    if (bucket.lifecycle !== undefined)
      scheduleLook(transaction, bucket, key, { deleteMarker: true }, this.#clock.now())
  }

  /** Changes what is said of a version, not what it is: its tags, lock or ACL. Throws NoSuchKey, NoSuchVersion, MethodNotAllowed. */
  async amend(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    versionId: string | undefined,
    change: (head: Head) => Head,
  ): Promise<Head> {
    const found = await this.#heads.get(bucket, key, versionId)
    const placed = await this.#place(transaction, bucket, key, shownVersionId(found))
    if (placed === undefined || placed.version.deleteMarker === true) throw noSuchVersion(key, shownVersionId(found))
    const changed = change(placed.version)
    transaction.set(placed.record, encodeHead(changed))
    if (bucket.lifecycle !== undefined) {
      const facts = placed.current ? { current: changed } : { noncurrentSinceMs: changed.noncurrentMs ?? 0 }
      scheduleLook(transaction, bucket, key, facts, this.#clock.now())
    }
    return changed
  }

  /** The time by which locks end, in milliseconds since 1970. */
  lockNow(): number {
    return this.#lockClock.now()
  }

  #place(transaction: Transaction, bucket: Bucket, key: string, versionId: string): Promise<Placed | undefined> {
    return readable(this.#heads.place(transaction, bucket, key, versionId))
  }

  #current(transaction: Transaction, bucket: Bucket, key: string): Promise<Head | undefined> {
    return readable(this.#heads.current(transaction, bucket, key))
  }

  /**
   * Makes room for a new version and gives it its id. What was current is kept as a noncurrent version; or ends, where versioning is not
   * enabled and it is the null version, which there is one of. The key's head is set or deleted by the caller. Undefined: it has no id.
   */
  async #succeed(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    current: Head | undefined,
  ): Promise<Identification | undefined> {
    if (bucket.versioning === undefined) {
      if (current !== undefined) await this.#endCurrent(transaction, bucket, key, current)
      return undefined
    }
    const nowMs = this.#clock.now()
    const newest = current ?? (await this.#heads.newestNoncurrent(transaction, bucket, key))?.version
    const versionId = newVersionId(nowMs, newest && this.#idOf(newest), this.#random)
    if (bucket.versioning === 'Enabled') {
      if (current !== undefined) this.#retire(transaction, bucket, key, current, nowMs)
      return { versionId }
    }
    const nullId = await this.#heads.nullVersionId(transaction, bucket, key)
    if (current !== undefined && shownVersionId(current) === 'null') {
      await this.#endCurrent(transaction, bucket, key, current)
    } else {
      if (nullId !== undefined) {
        const placed = await this.#place(transaction, bucket, key, 'null')
        if (placed !== undefined) await this.#removeNoncurrent(transaction, bucket, key, placed.version)
      }
      if (current !== undefined) this.#retire(transaction, bucket, key, current, nowMs)
    }
    return { versionId, isNull: true }
  }

  /** The current version becomes a noncurrent one. */
  #retire(transaction: Transaction, bucket: Bucket, key: string, current: Head, nowMs: number): void {
    const isNull = shownVersionId(current) === 'null' ? { isNull: true } : undefined
    const retired = { ...current, ...isNull, versionId: this.#idOf(current), noncurrentMs: nowMs }
    this.#setNoncurrent(transaction, bucket, key, retired)
    if (bucket.lifecycle !== undefined) scheduleLook(transaction, bucket, key, { noncurrentSinceMs: nowMs }, nowMs)
  }

  #setNoncurrent(transaction: Transaction, bucket: Bucket, key: string, version: Version & { versionId: VersionId }) {
    transaction.set(versionKey(bucket.id, key, version.versionId), encodeVersion(version))
    if (version.isNull === true) transaction.set(nullVersionKey(bucket.id, key), Buffer.from(version.versionId, 'hex'))
    addUsage(transaction, bucket, 'versions', 1)
    addUsage(transaction, bucket, 'versionBytes', version.deleteMarker === true ? 0 : version.size)
  }

  /** The newest noncurrent version becomes the current one, unless it is a delete marker. */
  async #promote(transaction: Transaction, bucket: Bucket, key: string): Promise<void> {
    const newest = await this.#heads.newestNoncurrent(transaction, bucket, key)
    if (newest === undefined || newest.version.deleteMarker === true) return
    const { noncurrentMs: _, ...head } = newest.version
    transaction.delete(newest.record)
    if (head.isNull === true) transaction.delete(nullVersionKey(bucket.id, key))
    transaction.set(headKey(bucket.id, key), encodeHead(head))
    addUsage(transaction, bucket, 'versions', -1)
    addUsage(transaction, bucket, 'versionBytes', -head.size)
    addUsage(transaction, bucket, 'objects', 1)
    addUsage(transaction, bucket, 'bytes', head.size)
  }

  /** Throws AccessDenied where it is locked. */
  #endCurrent(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    head: Head,
    bypassGovernance = false,
  ): Promise<void> | undefined {
    requireUnlocked(head, this.#lockClock.now(), bypassGovernance)
    return this.#end(transaction, bucket, key, head)
  }

  /** No version is current any more. */
  #uncount(transaction: Transaction, bucket: Bucket, key: string, head: Head): void {
    transaction.delete(headKey(bucket.id, key))
    addUsage(transaction, bucket, 'objects', -1)
    addUsage(transaction, bucket, 'bytes', -head.size)
  }

  #removeNoncurrent(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    version: Version,
    bypassGovernance = false,
  ): Promise<void> | undefined {
    requireUnlocked(version, this.#lockClock.now(), bypassGovernance)
    transaction.delete(versionKey(bucket.id, key, version.versionId!))
    if (version.isNull === true) transaction.delete(nullVersionKey(bucket.id, key))
    addUsage(transaction, bucket, 'versions', -1)
    if (version.deleteMarker === true) return undefined
    addUsage(transaction, bucket, 'versionBytes', -version.size)
    return this.#end(transaction, bucket, key, version)
  }

  /** A version is gone: its bytes end, or it waits to be had back. */
  #end(transaction: Transaction, bucket: Bucket, key: string, head: Head): Promise<void> | undefined {
    if (bucket.softDeleteDays) return this.#keepDeleted(transaction, bucket, key, head, bucket.softDeleteDays)
    endMention(transaction, head.extent, this.#clock.now(), this.#nonces.next())
    return undefined
  }

  async #keepDeleted(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    head: Head,
    softDeleteDays: number,
  ): Promise<void> {
    const nowMs = this.#clock.now()
    const { start, end } = deletedOf(bucket.id, key)
    const [newest] = await transaction.scan(start, end, { limit: 1 })
    const id = newVersionId(nowMs, newest && idOfVersion(newest[0]), this.#random)
    const purgeMs = nowMs + softDeleteDays * dayMs
    transaction.set(deletedKey(bucket.id, key, id), encodeHead({ ...head, deletedMs: nowMs, purgeMs }))
    addUsage(transaction, bucket, 'deleted', 1)
    addUsage(transaction, bucket, 'deletedBytes', head.size)
    const purge = { bucketId: bucket.id, accountId: bucket.accountId, key, id }
    transaction.set(...garbageOf({ purge }, purgeMs, this.#nonces.next()))
  }

  /** Where the version stands; one from before versioning, at the time it was written. */
  #idOf({ versionId, modifiedMs }: Version): VersionId {
    return versionId ?? newVersionId(modifiedMs, undefined, this.#random)
  }
}

const dayMs = 86_400_000

/** Throws ServiceUnavailable where a version's record cannot be read: it may be locked. */
async function readable<T>(read: Promise<T>): Promise<T> {
  try {
    return await read
  } catch (error) {
    throw error instanceof ApiError ? error : unreadable(error)
  }
}

/** Throws InvalidRequest where a lock is asked for in a bucket that has none. */
function withLock(bucket: Bucket, head: NewHead, nowMs: number): NewHead {
  const { objectLock } = bucket
  if (objectLock === undefined) {
    if (head.retention === undefined && head.legalHold === undefined) return head
    throw new ApiError('InvalidRequest', 'Bucket is missing Object Lock Configuration')
  }
  const retention = head.retention ?? defaultRetention(objectLock, nowMs)
  return retention === undefined ? head : { ...head, retention }
}
