/**
 * Does what lifecycle rules ask for, by the queue of looks: at each key whose time has come it looks at all versions and at the bucket's rules
 * as they are then, removes what is due, and sets the next look. A look is one transaction; so killed at any moment, it is done or not.
 */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Buckets } from '../objects/buckets.ts'
import { decodeVersion, type Version } from '../objects/head.ts'
import type { Placed } from '../objects/heads.ts'
import { bucketKey, idOfVersion, uploadKey, versionKey, versionsOf } from '../objects/keys.ts'
import { rulesOf, uploadDue } from '../objects/lifecycle/due.ts'
import { KeyLook } from '../objects/lifecycle/look.ts'
import { decodeLook, looksBefore, setLook, type Look } from '../objects/lifecycle/queue.ts'
import { requireUnlocked } from '../objects/lock.ts'
import type { Objects } from '../objects/objects.ts'
import { decodeUpload } from '../objects/upload.ts'
import type { Uploads } from '../objects/uploads.ts'
import { reindexPage } from './lifecycle-reindex.ts'
import type { Job } from './runner.ts'

export interface LifecycleParts {
  readonly metadata: MetadataStore
  readonly buckets: Buckets
  readonly objects: Objects
  readonly uploads: Uploads
  readonly clock: Clock
}

/** Looks in one piece, at a time. */
export const looksAtOnce = 64
/** Versions seen in one transaction. */
export const versionsAtOnce = 200
/** After which a look that failed is tried again. */
export const retryMs = 10 * 60_000

export function lifecycleJob(parts: LifecycleParts): Job {
  const { metadata, clock } = parts
  return {
    name: 'lifecycle',
    async work() {
      const more = await reindexPage(parts)
      const { start, end } = looksBefore(clock.now())
      const entries = await metadata.read((snapshot) => snapshot.scan(start, end, { limit: looksAtOnce }))
      const results = await Promise.allSettled(entries.map((entry) => take(parts, decodeLook(entry))))
      const failed = results.find((result) => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      const goesOn = results.some((result) => result.status === 'fulfilled' && result.value)
      return more || goesOn || entries.length === looksAtOnce ? 'busy' : 'idle'
    },
  }
}

/** Gives whether it has to be gone on with. One that fails is put off, so that it does not stand in the way of the others. */
async function take(parts: LifecycleParts, look: Look): Promise<boolean> {
  try {
    const bucket = await bucketOf(parts, look)
    if (bucket !== undefined && look.uploadId === undefined) return await lookAtKey(parts, bucket, look)
    await (bucket === undefined ? move(parts, look, undefined) : lookAtUpload(parts, bucket, look))
    return false
  } catch (error) {
    if (isGone(error)) return false
    // Where that fails too, it stays where it is.
    await move(parts, look, parts.clock.now() + retryMs).catch(() => undefined)
    throw error
  }
}

/** A bucket that goes meanwhile: the next time there is nothing to look at. */
const isGone = (error: unknown): boolean => error instanceof ApiError && error.code === 'NoSuchBucket'

/** Undefined where the bucket is gone, or has no rules: then there is nothing to look at. */
async function bucketOf({ buckets }: LifecycleParts, look: Look): Promise<Bucket | undefined> {
  try {
    const bucket = await buckets.get(look.bucketName)
    const gone = bucket.id !== look.bucketId || bucket.deleting === true || bucket.lifecycle === undefined
    return gone ? undefined : bucket
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

const move = ({ metadata }: LifecycleParts, look: Look, dueMs: number | undefined): Promise<void> =>
  metadata.transact({ exclusive: [look.record] }, async (transaction) => {
    if (!(await begin(transaction, look)) || dueMs === undefined) return
    const { bucketId: id, bucketName: name, key, uploadId, progress } = look
    setLook(transaction, { id, name }, dueMs, key, { uploadId, ...(progress && { progress }) })
  })

/** Takes the look out of the queue; false where it is not there, or has been set anew, which then is another one. */
async function begin(transaction: Transaction, { record, value }: Look): Promise<boolean> {
  const stored = await transaction.get(record)
  if (stored === undefined || Buffer.compare(stored, value) !== 0) return false
  transaction.delete(record)
  return true
}

function lookAtKey({ objects, clock }: LifecycleParts, bucket: Bucket, look: Look): Promise<boolean> {
  const { key, progress } = look
  const { heads, versions } = objects
  return objects.change(bucket, key, { deletes: true }, async (transaction, current) => {
    if (!(await begin(transaction, look)) || current.lifecycle === undefined) return false
    const nowMs = clock.now()
    const keyLook = new KeyLook({
      rules: rulesOf(current.lifecycle),
      key,
      nowMs,
      requireUnlocked: (version) => requireUnlocked(version, versions.lockNow()),
      progress,
    })
    const head = await heads.current(transaction, current, key)
    const noncurrent = current.versioning === undefined ? [] : await pageOf(transaction, current, look)
    const expires = head !== undefined && progress === undefined && keyLook.see(head) === 'expire'
    const removed = noncurrent.filter(({ version }) => keyLook.see(version) === 'remove')
    const whole = noncurrent.length < versionsAtOnce
    const marker = whole ? placedMarker(current, key, keyLook.loneMarker()) : undefined
    for (const placed of removed) await versions.removePlaced(transaction, current, key, placed)
    if (marker !== undefined) await versions.removePlaced(transaction, current, key, marker)
    if (expires) await versions.delete(transaction, current, key)
    if (keyLook.nextMs !== undefined) setLook(transaction, current, keyLook.nextMs, key)
    // With the last version gone, a delete marker may be left alone; with one more that is noncurrent, the oldest may be one too many.
    const again = whole && (head === undefined ? removed.length > 0 : expires && noncurrent.length > 0)
    if (again) setLook(transaction, current, nowMs, key)
    if (whole) return again
    const after = idOfVersion(noncurrent.at(-1)!.record)
    setLook(transaction, current, nowMs, key, { progress: keyLook.progress(after) })
    return true
  })
}

/** The versions that are not current, newest first, after those already seen. */
async function pageOf(snapshot: Snapshot, { id }: Bucket, { key, progress }: Look): Promise<readonly Placed[]> {
  const { start, end } = versionsOf(id, key)
  const from = progress === undefined ? start : Buffer.concat([versionKey(id, key, progress.after), zero])
  const entries = await snapshot.scan(from, end, { limit: versionsAtOnce })
  return entries.map(([record, value]) => ({ record, version: decodeVersion(value), current: false }))
}

const zero = Buffer.from([0])

const placedMarker = ({ id }: Bucket, key: string, marker: Version | undefined): Placed | undefined =>
  marker && { record: versionKey(id, key, marker.versionId!), version: marker, current: false }

function lookAtUpload({ metadata, buckets, uploads, clock }: LifecycleParts, bucket: Bucket, look: Look) {
  const { key, uploadId } = look
  const record = uploadKey(bucket.id, key, uploadId!)
  const guards = { exclusive: [record], shared: [bucketKey(bucket.name)] }
  return metadata.transact(guards, async (transaction) => {
    if (!(await begin(transaction, look))) return
    const current = await buckets.require(bucket)
    const value = await transaction.get(record)
    if (value === undefined || current.lifecycle === undefined) return
    const due = uploadDue(rulesOf(current.lifecycle), key, decodeUpload(value).initiatedMs)
    if (due === undefined) return
    if (due.ms > clock.now()) return setLook(transaction, current, due.ms, key, { uploadId })
    await uploads.endParts(transaction, current, uploadId!, () => true)
    transaction.delete(record)
  })
}
