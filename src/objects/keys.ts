/** The keys of the records that objects/ keeps, and the ranges in which it looks for them. */
import { afterPrefix } from '../base/bytes.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { Key } from '../metadata/metadata-store.ts'
import type { Extent } from './extent.ts'
import type { VersionId } from './version-id.ts'

/** 8 random bytes in hex: the same name created again is another bucket. */
export type BucketId = string

export interface KeyRange {
  readonly start: Key
  readonly end: Key
}

const text = (space: number, value: string): Buffer => {
  const key = Buffer.allocUnsafe(1 + Buffer.byteLength(value))
  key[0] = space
  key.write(value, 1, 'utf8')
  return key
}

/** Of a bucket by its name in lower case: names differ by more than case. */
export const bucketKey = (name: string): Key => text(keyspace.bucket, name.toLowerCase())
export const bucketOfAccountKey = (accountId: string, name: string): Key =>
  text(keyspace.bucketOfAccount, `${accountId}/${name.toLowerCase()}`)

const inBucket = (space: number, bucketId: BucketId, rest: string): Buffer => {
  const key = Buffer.allocUnsafe(9 + Buffer.byteLength(rest))
  key[0] = space
  key.write(bucketId, 1, 8, 'hex')
  key.write(rest, 9, 'utf8')
  return key
}

export const headKey = (bucketId: BucketId, key: string): Key => inBucket(keyspace.head, bucketId, key)
/** The object key in a head's record key. */
export const keyOfHead = (key: Key): string =>
  Buffer.from(key.buffer, key.byteOffset + 9, key.byteLength - 9).toString('utf8')
export const headsUnder = (bucketId: BucketId, prefix: string): KeyRange =>
  under(inBucket(keyspace.head, bucketId, prefix))

/** Object keys hold no NUL, so versions stand in the order of their keys, then of their ids: newest first. */
export const versionKey = (bucketId: BucketId, key: string, versionId: VersionId): Key =>
  withId(keyspace.version, bucketId, key, versionId)
export const versionsOf = (bucketId: BucketId, key: string): KeyRange =>
  under(inBucket(keyspace.version, bucketId, `${key}\0`))
export const versionsUnder = (bucketId: BucketId, prefix: string): KeyRange =>
  under(inBucket(keyspace.version, bucketId, prefix))
/** Where it is said which noncurrent version of a key is its null version. */
export const nullVersionKey = (bucketId: BucketId, key: string): Key => inBucket(keyspace.nullVersion, bucketId, key)

export const deletedKey = (bucketId: BucketId, key: string, id: VersionId): Key =>
  withId(keyspace.deleted, bucketId, key, id)
export const deletedOf = (bucketId: BucketId, key: string): KeyRange =>
  under(inBucket(keyspace.deleted, bucketId, `${key}\0`))
export const deletedUnder = (bucketId: BucketId, prefix: string): KeyRange =>
  under(inBucket(keyspace.deleted, bucketId, prefix))

function withId(space: number, bucketId: BucketId, objectKey: string, id: VersionId): Key {
  const size = Buffer.byteLength(objectKey)
  const key = Buffer.allocUnsafe(26 + size)
  key[0] = space
  key.write(bucketId, 1, 8, 'hex')
  key.write(objectKey, 9, 'utf8')
  key[9 + size] = 0
  key.write(id, 10 + size, 16, 'hex')
  return key
}

/** The object key in a record key that ends in a version's id. */
export const keyOfVersion = (key: Key): string =>
  Buffer.from(key.buffer, key.byteOffset + 9, key.byteLength - 26).toString('utf8')
export const idOfVersion = (key: Key): VersionId =>
  Buffer.from(key.buffer, key.byteOffset + key.byteLength - 16, 16).toString('hex') as VersionId

/** Object keys hold no NUL, so uploads stand in the order of their keys, then of their ids, which begin with the time. */
export const uploadKey = (bucketId: BucketId, key: string, uploadId: string): Key =>
  inBucket(keyspace.upload, bucketId, `${key}\0${uploadId}`)
export const uploadsUnder = (bucketId: BucketId, prefix: string): KeyRange =>
  under(inBucket(keyspace.upload, bucketId, prefix))
export function keyOfUpload(key: Key): { readonly key: string; readonly uploadId: string } {
  const [name, uploadId] = Buffer.from(key.buffer, key.byteOffset + 9, key.byteLength - 9)
    .toString('utf8')
    .split('\0')
  return { key: name!, uploadId: uploadId! }
}

export const partKey = (uploadId: string, partNumber: number): Key => {
  const key = Buffer.allocUnsafe(uploadId.length + 3)
  key[0] = keyspace.part
  key.write(uploadId, 1, 'latin1')
  key.writeUInt16BE(partNumber, uploadId.length + 1)
  return key
}
export const partsOf = (uploadId: string): KeyRange => under(text(keyspace.part, uploadId))

const numbered = (space: number, id: number): Key => {
  const key = Buffer.allocUnsafe(9)
  key[0] = space
  key.writeUInt32BE(Math.floor(id / 0x1_0000_0000), 1)
  key.writeUInt32BE(id % 0x1_0000_0000, 5)
  return key
}
export const bodyKey = (id: number): Key => numbered(keyspace.body, id)
export const manifestKey = (id: number): Key => numbered(keyspace.manifest, id)

export const ownersKey = ({ kind, id }: Extent): Key => text(keyspace.owners, `${kind}/${id}`)

/** `nonce` tells apart the ends of two mentions of one extent in the same millisecond. */
export const garbageKey = (dueMs: number, nonce: string): Key =>
  text(keyspace.garbage, `${String(dueMs).padStart(15, '0')}/${nonce}`)
export const garbageUntil = (nowMs: number): KeyRange => ({
  start: Buffer.from([keyspace.garbage]),
  end: text(keyspace.garbage, String(nowMs + 1).padStart(15, '0')),
})

/** What is counted: current versions, all others with delete markers, what can be undeleted, and parts of unfinished uploads. */
export type Count = 'objects' | 'bytes' | 'versions' | 'versionBytes' | 'deleted' | 'deletedBytes' | 'unfinishedBytes'
export const usageKey = (of: 'bucket' | 'account', id: string, count: Count): Key =>
  text(keyspace.counter, `${of}/${id}/${count}`)
export const usagePrefix = (of: 'bucket' | 'account', id: string): Buffer => text(keyspace.counter, `${of}/${id}/`)

export const under = (prefix: Key): KeyRange => ({ start: prefix, end: afterPrefix(prefix)! })
