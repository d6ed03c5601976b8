/**
 * Renames objects: their records move to another key, and no byte does. MOVE takes all versions of a key with it, delete markers too; RenameObject
 * takes the current version, and where the bucket has versions, leaves a delete marker as DeleteObject would.
 */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Key, MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import { decodeVersion, encodeHead, encodeVersion, shownVersionId, type Head, type Version } from './head.ts'
import type { Heads } from './heads.ts'
import {
  headKey,
  headsUnder,
  keyOfHead,
  keyOfVersion,
  nullVersionKey,
  ownersKey,
  versionKey,
  versionsOf,
  versionsUnder,
} from './keys.ts'
import { scheduleLook } from './lifecycle/schedule.ts'
import { requireUnlocked } from './lock.ts'
import type { LockClock } from './lock-clock.ts'
import { addUsage, mentionAgain } from './mentions.ts'
import type { Located } from './objects.ts'
import { isRepeated, remember, tokenKey, type RenameToken } from './rename-token.ts'
import { newVersionId, type VersionId } from './version-id.ts'
import type { Condition, Versions } from './versions.ts'

export interface RenameOptions {
  /** Of what is at the destination. */
  readonly condition?: Condition | undefined
  /** Of the object to be renamed. */
  readonly sourceCondition?: Condition | undefined
  readonly token?: RenameToken | undefined
  /** Who asks: it owns a delete marker. */
  readonly ownerId?: string | undefined
}

/** Versions that a key may have in order to be moved, in one transaction. */
const versionsMax = 10_000
/** How often the source may be replaced between being found and being renamed. */
const attemptsMax = 20

/** All versions of a key. */
interface Stack {
  readonly head: Head | undefined
  /** Newest first. */
  readonly noncurrent: readonly Version[]
}

export class Renamer {
  readonly #metadata: MetadataStore
  readonly #buckets: Buckets
  readonly #heads: Heads
  readonly #versions: Versions
  readonly #clock: Clock
  readonly #lockClock: Pick<LockClock, 'now'>
  readonly #random: Random

  constructor(parts: {
    readonly metadata: MetadataStore
    readonly buckets: Buckets
    readonly heads: Heads
    readonly versions: Versions
    readonly clock: Clock
    readonly lockClock: Pick<LockClock, 'now'>
    readonly random: Random
  }) {
    this.#metadata = parts.metadata
    this.#buckets = parts.buckets
    this.#heads = parts.heads
    this.#versions = parts.versions
    this.#clock = parts.clock
    this.#lockClock = parts.lockClock
    this.#random = parts.random
  }

  /**
   * Moves all versions of a key. Where the bucket has versions they become the newest of those that the destination has; elsewhere an object there
   * is replaced, if `overwrite` says so. Throws NoSuchKey, PreconditionFailed where an object is in the way, AccessDenied where a version is locked,
   * InvalidRequest for more than 10,000 versions.
   */
  async move(bucket: Bucket, from: string, to: string, overwrite: boolean): Promise<void> {
    requireDifferent(from, to)
    await this.#buckets.transact(bucket, guardsOf(bucket, from, to), async (transaction, current) => {
      const stack = await this.#stackOf(transaction, current, from)
      for (const version of versionsIn(stack)) requireUnlocked(version, this.#lockClock.now())
      if (current.versioning === undefined) await this.#moveOnly(transaction, current, from, to, stack.head!, overwrite)
      else await this.#moveAll(transaction, current, from, to, stack)
      if (current.lifecycle === undefined) return
      const facts = {
        current: stack.head,
        noncurrentSinceMs: stack.noncurrent.length > 0 ? 0 : undefined,
        deleteMarker: stack.noncurrent.some(({ deleteMarker }) => deleteMarker === true),
      }
      scheduleLook(transaction, current, to, facts, this.#clock.now())
    })
  }

  /** Keys that begin with the prefix and come after `after`, in order; of which there is a version, be it a delete marker. */
  keysUnder(bucket: Bucket, prefix: string, after: string | undefined, limit: number): Promise<readonly string[]> {
    return this.#metadata.read(async (snapshot) => {
      const heads = headsUnder(bucket.id, prefix)
      const start = after === undefined ? heads.start : Buffer.concat([headKey(bucket.id, after), zero])
      const entries = await snapshot.scan(start, heads.end, { limit })
      const keys = new Set(entries.map(([record]) => keyOfHead(record)))
      const versions = versionsUnder(bucket.id, prefix)
      let from = after === undefined ? versions.start : versionsOf(bucket.id, after).end
      // Of each key the first version is enough.
      for (let found = 0; found < limit; found++) {
        const [entry] = await snapshot.scan(from, versions.end, { limit: 1 })
        if (entry === undefined) break
        const key = keyOfVersion(entry[0])
        keys.add(key)
        from = versionsOf(bucket.id, key).end
      }
      const inOrder = [...keys].map((key) => Buffer.from(key)).toSorted((a, b) => Buffer.compare(a, b))
      return inOrder.slice(0, limit).map(String)
    })
  }

  /**
   * Gives the current version another key, and the version that is there then; undefined where it has been done already, as the token says. What
   * is there is replaced. Throws
   * NoSuchKey, AccessDenied where the version is locked, IdempotentParameterMismatch, QuotaExceeded (where the bucket has versions, the name before
   * keeps those that it had), and what the conditions throw.
   */
  async rename(bucket: Bucket, from: string, to: string, options: RenameOptions): Promise<Head | undefined> {
    requireDifferent(from, to)
    const { token } = options
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      if (token !== undefined && (await this.#isRepeated(bucket, token))) return undefined
      const head = await this.#heads.get(bucket, from)
      const guards = guardsOf(bucket, from, to)
      const exclusive = token === undefined ? guards.exclusive : [...guards.exclusive, tokenKey(bucket.id, token)]
      const shared = [ownersKey(head.extent)]
      const renamed = await this.#buckets.transact(bucket, { exclusive, shared }, (transaction, current) =>
        this.#rename(transaction, { bucket: current, key: from, head }, to, options),
      )
      if (renamed !== undefined) return renamed
    }
    throw new ApiError('SlowDown')
  }

  #isRepeated(bucket: Bucket, token: RenameToken): Promise<boolean> {
    return this.#metadata.read((snapshot) => isRepeated(snapshot, bucket.id, token, this.#clock.now()))
  }

  /** Undefined where the source is no longer what was found, or the token has been used meanwhile. */
  async #rename(
    transaction: Transaction,
    source: Located,
    to: string,
    options: RenameOptions,
  ): Promise<Head | undefined> {
    const { bucket, key: from, head } = source
    const { token, condition, sourceCondition } = options
    const nowMs = this.#clock.now()
    if (token !== undefined && (await isRepeated(transaction, bucket.id, token, nowMs))) return undefined
    if (!(await this.#heads.isThere(transaction, source))) return undefined
    sourceCondition?.(head)
    requireUnlocked(head, this.#lockClock.now())
    if (token !== undefined) await remember(transaction, bucket.id, token, nowMs)
    if (bucket.versioning === undefined) {
      condition?.(await this.#heads.current(transaction, bucket, to))
      await this.#moveOnly(transaction, bucket, from, to, head, true)
      if (bucket.lifecycle !== undefined) scheduleLook(transaction, bucket, to, { current: head }, nowMs)
      return head
    }
    mentionAgain(transaction, head.extent)
    const { modifiedMs, versionId: _, isNull: __, retention: ___, legalHold: ____, uploadId: _____, ...same } = head
    const renamed = await this.#versions.put(transaction, bucket, to, same, condition, modifiedMs)
    await this.#versions.delete(transaction, bucket, from, {}, options.ownerId)
    return renamed
  }

  /** Throws NoSuchKey, InvalidRequest. */
  async #stackOf(transaction: Transaction, bucket: Bucket, key: string): Promise<Stack> {
    const head = await this.#heads.current(transaction, bucket, key)
    const { start, end } = versionsOf(bucket.id, key)
    const entries =
      bucket.versioning === undefined ? [] : await transaction.scan(start, end, { limit: versionsMax + 1 })
    if (head === undefined && entries.length === 0) {
      throw new ApiError('NoSuchKey', undefined, { details: { Key: key } })
    }
    if (entries.length > versionsMax) {
      throw new ApiError('InvalidRequest', `An object with more than ${versionsMax} versions cannot be renamed.`)
    }
    return { head, noncurrent: entries.map(([, value]) => decodeVersion(value)) }
  }

  /** In a bucket without versions. */
  async #moveOnly(
    transaction: Transaction,
    bucket: Bucket,
    from: string,
    to: string,
    head: Head,
    overwrite: boolean,
  ): Promise<void> {
    if ((await this.#heads.current(transaction, bucket, to)) !== undefined) {
      if (!overwrite) throw inTheWay()
      await this.#versions.delete(transaction, bucket, to)
    }
    transaction.delete(headKey(bucket.id, from))
    transaction.set(headKey(bucket.id, to), encodeHead(head))
  }

  /** The versions keep their ids, unless the destination has some that they must be newer than; their order in any case. */
  async #moveAll(transaction: Transaction, bucket: Bucket, from: string, to: string, stack: Stack): Promise<void> {
    const nowMs = this.#clock.now()
    const head = await this.#heads.current(transaction, bucket, to)
    const newest = head ?? (await this.#heads.newestNoncurrent(transaction, bucket, to))?.version
    const hasNull =
      (head !== undefined && shownVersionId(head) === 'null') ||
      (await this.#heads.nullVersionId(transaction, bucket, to)) !== undefined
    let last = newest === undefined ? undefined : this.#idOf(newest)
    if (head !== undefined) this.#retire(transaction, bucket, to, head, last!)
    transaction.delete(headKey(bucket.id, from))
    transaction.delete(nullVersionKey(bucket.id, from))
    for (const { versionId } of stack.noncurrent) transaction.delete(versionKey(bucket.id, from, versionId!))
    for (const version of versionsIn(stack).toReversed()) {
      const isNull = shownVersionId(version) === 'null' && !hasNull ? { isNull: true } : { isNull: undefined }
      if (newest !== undefined) last = newVersionId(nowMs, last, this.#random)
      const versionId = newest === undefined ? version.versionId : last
      // As it is, where nothing is in the way: a head from before versioning has no id.
      const moved = newest === undefined ? version : { ...version, ...isNull, versionId: versionId! }
      if (version === stack.head) transaction.set(headKey(bucket.id, to), encodeHead(moved as Head))
      else setNoncurrent(transaction, bucket, to, moved as Version & { versionId: VersionId })
    }
  }

  /** What is current at the destination becomes a noncurrent version. */
  #retire(transaction: Transaction, bucket: Bucket, key: string, head: Head, versionId: VersionId): void {
    const nowMs = this.#clock.now()
    const isNull = shownVersionId(head) === 'null' ? { isNull: true } : undefined
    transaction.delete(headKey(bucket.id, key))
    setNoncurrent(transaction, bucket, key, { ...head, ...isNull, versionId, noncurrentMs: nowMs })
    addUsage(transaction, bucket, 'objects', -1)
    addUsage(transaction, bucket, 'bytes', -head.size)
    addUsage(transaction, bucket, 'versions', 1)
    addUsage(transaction, bucket, 'versionBytes', head.size)
    if (bucket.lifecycle !== undefined) scheduleLook(transaction, bucket, key, { noncurrentSinceMs: nowMs }, nowMs)
  }

  #idOf({ versionId, modifiedMs }: Version): VersionId {
    return versionId ?? newVersionId(modifiedMs, undefined, this.#random)
  }
}

const zero = Buffer.from([0])

function setNoncurrent(
  transaction: Transaction,
  bucket: Bucket,
  key: string,
  version: Version & { readonly versionId: VersionId },
): void {
  transaction.set(versionKey(bucket.id, key, version.versionId), encodeVersion(version))
  if (version.isNull === true) transaction.set(nullVersionKey(bucket.id, key), Buffer.from(version.versionId, 'hex'))
}

const versionsIn = ({ head, noncurrent }: Stack): readonly Version[] =>
  head === undefined ? noncurrent : [head, ...noncurrent]

const guardsOf = (bucket: Bucket, from: string, to: string): { exclusive: Key[] } => ({
  exclusive: [headKey(bucket.id, from), headKey(bucket.id, to)],
})

function requireDifferent(from: string, to: string): void {
  if (from === to) throw new ApiError('InvalidRequest', 'An object cannot be renamed to the name that it has.')
}

const inTheWay = (): ApiError =>
  new ApiError('PreconditionFailed', 'An object with the new name exists, and Overwrite is not true.', {
    details: { Condition: 'Overwrite' },
  })
