/**
 * The queue of looks: records that say when lifecycle has to look at a key, or at an upload, of a bucket. One says nothing of what is to be
 * done: that is found out from the versions and rules that there are at the time. So one too many does no harm, and nothing walks all keys.
 */
import { Nonces } from '../../base/nonces.ts'
import { systemRandom } from '../../base/random.ts'
import { keyspace } from '../../metadata/keyspace.ts'
import type { Entry, Key, Transaction, Value } from '../../metadata/metadata-store.ts'
import type { Bucket } from '../bucket.ts'
import { under, type BucketId, type KeyRange } from '../keys.ts'
import type { VersionId } from '../version-id.ts'

export interface Look {
  readonly record: Key
  /** As stored: another write of the same record has another. */
  readonly value: Value
  readonly bucketId: BucketId
  readonly bucketName: string
  readonly key: string
  /** Where the look is at an upload. */
  readonly uploadId: string | undefined
  /** Where a look at very many versions has come to. */
  readonly progress: LookProgress | undefined
}

/** What a look that goes on has to know of the versions already seen. */
export interface LookProgress {
  /** The last version seen, in the order of the records. */
  readonly after: VersionId
  readonly modifiedMs: number
  /** Noncurrent versions of an object that stay. */
  readonly newer: number
}

/** A bucket all of whose keys have to be looked at, since it has new rules; and how far that has come. */
export interface Reindex {
  readonly record: Key
  readonly value: Value
  readonly bucketId: BucketId
  readonly bucketName: string
  readonly phase: ReindexPhase
  /** The record to go on from. */
  readonly from: Key | undefined
}

export const reindexPhases = ['heads', 'versions', 'uploads'] as const
export type ReindexPhase = (typeof reindexPhases)[number]

interface StoredLook {
  readonly bucket: string
  readonly nonce: string
  readonly progress?: LookProgress | undefined
}

interface StoredReindex {
  readonly bucket: string
  readonly nonce: string
  readonly phase: ReindexPhase
  /** Base64. */
  readonly from?: string | undefined
}

/** They tell two writes of one record apart; they need not be the same in a replay. */
const nonces = new Nonces(systemRandom)
const headSize = 17

/** Asks for a look at a key at `dueMs`; with `uploadId`, at that upload of it. */
export function setLook(
  transaction: Transaction,
  { id, name }: Pick<Bucket, 'id' | 'name'>,
  dueMs: number,
  key: string,
  { uploadId, progress }: { readonly uploadId?: string | undefined; readonly progress?: LookProgress } = {},
): void {
  const stored: StoredLook = { bucket: name, nonce: nonces.next(), progress }
  transaction.set(lookKey(dueMs, id, key, uploadId), Buffer.from(JSON.stringify(stored)))
}

/** Record of a look. In order of time; object keys hold no NUL. */
function lookKey(dueMs: number, bucketId: BucketId, key: string, uploadId: string | undefined): Key {
  const rest = uploadId === undefined ? key : `${key}\0${uploadId}`
  const record = Buffer.allocUnsafe(headSize + Buffer.byteLength(rest))
  record[0] = keyspace.lifecycleDue
  writeTime(record, dueMs)
  record.write(bucketId, 9, 8, 'hex')
  record.write(rest, headSize, 'utf8')
  return record
}

/** Looks due before `nowMs`: not those of this very moment, which a change may still be writing. */
export function looksBefore(nowMs: number): KeyRange {
  const end = Buffer.allocUnsafe(9)
  end[0] = keyspace.lifecycleDue
  writeTime(end, nowMs)
  return { start: end.subarray(0, 1), end }
}

function writeTime(record: Buffer, ms: number): void {
  const whole = Math.ceil(ms)
  record.writeUInt32BE(Math.floor(whole / 0x1_0000_0000), 1)
  record.writeUInt32BE(whole % 0x1_0000_0000, 5)
}

export function decodeLook([record, value]: Entry): Look {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  const [key = '', uploadId] = bytes.toString('utf8', headSize).split('\0')
  const { bucket, progress } = JSON.parse(Buffer.from(value).toString('utf8')) as StoredLook
  return { record, value, bucketId: bytes.toString('hex', 9, headSize), bucketName: bucket, key, uploadId, progress }
}

/** Asks, in the transaction that gives a bucket its rules, for a look at all that is in it. */
export function setReindex(transaction: Transaction, { id, name }: Pick<Bucket, 'id' | 'name'>): void {
  setReindexed(transaction, { record: reindexKey(id), bucketName: name }, 'heads', undefined)
}

/** Notes how far it has come. */
export function setReindexed(
  transaction: Transaction,
  { record, bucketName }: Pick<Reindex, 'record' | 'bucketName'>,
  phase: ReindexPhase,
  from: Key | undefined,
): void {
  const stored: StoredReindex = {
    bucket: bucketName,
    nonce: nonces.next(),
    phase,
    from: from && Buffer.from(from).toString('base64'),
  }
  transaction.set(record, Buffer.from(JSON.stringify(stored)))
}

export const deleteReindex = (transaction: Transaction, { id }: Pick<Bucket, 'id'>): void =>
  transaction.delete(reindexKey(id))

const reindexKey = (bucketId: BucketId): Key => {
  const record = Buffer.allocUnsafe(9)
  record[0] = keyspace.lifecycleReindex
  record.write(bucketId, 1, 8, 'hex')
  return record
}

export const allReindexes: KeyRange = under(Buffer.from([keyspace.lifecycleReindex]))

export function decodeReindex([record, value]: Entry): Reindex {
  const { bucket, phase, from } = JSON.parse(Buffer.from(value).toString('utf8')) as StoredReindex
  return {
    record,
    value,
    bucketId: Buffer.from(record.buffer, record.byteOffset + 1, 8).toString('hex'),
    bucketName: bucket,
    phase,
    from: from === undefined ? undefined : Buffer.from(from, 'base64'),
  }
}
