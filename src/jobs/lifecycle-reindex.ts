/**
 * Sets looks at all that is in a bucket that has been given new lifecycle rules, one page in a transaction, which notes how far it has come.
 * What is written meanwhile sets its own, since writers see the new rules.
 */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Entry, Key, MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Buckets } from '../objects/buckets.ts'
import { decodeHead } from '../objects/head.ts'
import {
  bucketKey,
  headsUnder,
  keyOfHead,
  keyOfUpload,
  keyOfVersion,
  uploadsUnder,
  versionsOf,
  versionsUnder,
} from '../objects/keys.ts'
import { concerns, rulesOf } from '../objects/lifecycle/due.ts'
import {
  allReindexes,
  decodeReindex,
  reindexPhases,
  setLook,
  setReindexed,
  type Reindex,
  type ReindexPhase,
} from '../objects/lifecycle/queue.ts'
import { scheduleLook, scheduleUpload } from '../objects/lifecycle/schedule.ts'
import { decodeUpload } from '../objects/upload.ts'

export interface ReindexParts {
  readonly metadata: MetadataStore
  readonly buckets: Buckets
  readonly clock: Clock
}

/** Records in one transaction. */
export const reindexPageSize = 300

/** Does one page of the first bucket that waits; false where none does. */
export async function reindexPage({ metadata, buckets, clock }: ReindexParts): Promise<boolean> {
  const { start, end } = allReindexes
  const [entry] = await metadata.read((snapshot) => snapshot.scan(start, end, { limit: 1 }))
  if (entry === undefined) return false
  const reindex = decodeReindex(entry)
  const { record, value, bucketId, bucketName } = reindex
  await metadata.transact({ exclusive: [record], shared: [bucketKey(bucketName)] }, async (transaction) => {
    const stored = await transaction.get(record)
    // New rules came in between: it begins again.
    if (stored === undefined || Buffer.compare(stored, value) !== 0) return
    const bucket = await current(buckets, bucketId, bucketName)
    if (bucket?.lifecycle === undefined) return transaction.delete(record)
    const from = await setLooks(transaction, bucket, reindex, clock.now())
    const phase = from === undefined ? reindexPhases[reindexPhases.indexOf(reindex.phase) + 1] : reindex.phase
    if (phase === undefined) transaction.delete(record)
    else setReindexed(transaction, reindex, phase, from)
  })
  return true
}

async function current(buckets: Buckets, id: string, name: string): Promise<Bucket | undefined> {
  try {
    const bucket = await buckets.get(name)
    return bucket.id === id && bucket.deleting !== true ? bucket : undefined
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NoSuchBucket') return undefined
    throw error
  }
}

/** Of one page; gives the record to go on from, or undefined where the phase has ended. */
async function setLooks(
  transaction: Transaction,
  bucket: Bucket,
  { phase, from }: Pick<Reindex, 'phase' | 'from'>,
  nowMs: number,
): Promise<Key | undefined> {
  const { start, end } = rangeOf[phase](bucket.id, '')
  const entries = await transaction.scan(from ?? start, end, { limit: reindexPageSize })
  if (phase === 'versions') {
    const keys = new Set(entries.map(([record]) => keyOfVersion(record)))
    for (const key of keys) if (mayEnd(bucket, key)) setLook(transaction, bucket, nowMs, key)
  } else for (const entry of entries) setLookAt[phase](transaction, bucket, entry, nowMs)
  const last = entries.at(-1)?.[0]
  if (last === undefined || entries.length < reindexPageSize) return undefined
  // Past all other versions of the last key, which the look sees.
  return phase === 'versions' ? versionsOf(bucket.id, keyOfVersion(last)).end : Buffer.concat([last, zero])
}

/** What cannot be read does not keep the rest: the look at it will tell. */
const setLookAt = {
  heads(transaction: Transaction, bucket: Bucket, [record, value]: Entry, nowMs: number): void {
    const key = keyOfHead(record)
    const current = decoded(() => decodeHead(value))
    if (current === undefined) setLook(transaction, bucket, nowMs, key)
    else scheduleLook(transaction, bucket, key, { current }, nowMs)
  },
  uploads(transaction: Transaction, bucket: Bucket, [record, value]: Entry, nowMs: number): void {
    const { key, uploadId } = keyOfUpload(record)
    const upload = decoded(() => decodeUpload(value))
    if (upload === undefined) setLook(transaction, bucket, nowMs, key, { uploadId })
    else scheduleUpload(transaction, bucket, upload, nowMs)
  },
}

function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}

const rangeOf = { heads: headsUnder, versions: versionsUnder, uploads: uploadsUnder } satisfies Record<
  ReindexPhase,
  unknown
>
const zero = Buffer.from([0])

/** Whether rules are about noncurrent versions or delete markers of the key. */
function mayEnd({ lifecycle }: Bucket, key: string): boolean {
  const { expiring, endingNoncurrent } = rulesOf(lifecycle!)
  return [...endingNoncurrent, ...expiring].some((rule) => concerns(rule, key))
}
