/**
 * The queue of what has ended: mentions of extents, the unfinished uploads of deleted buckets, and soft-deleted objects. It is written by the transaction
 * that ends them, and worked off by jobs/garbage.ts after a grace period, in which a reader that began before can finish.
 */
import type { Key, Value } from '../metadata/metadata-store.ts'
import type { Extent } from './extent.ts'
import { garbageKey, type BucketId } from './keys.ts'
import type { VersionId } from './version-id.ts'

export type Garbage =
  | { readonly ended: Extent }
  | { readonly uploadsOf: { readonly bucketId: BucketId; readonly accountId: string } }
  | { readonly purge: Purge }

/** What was deleted and could be had back until now. */
export interface Purge {
  readonly bucketId: BucketId
  readonly accountId: string
  readonly key: string
  readonly id: VersionId
}

/** The record to set. `nonce` is unique to the transaction. */
export const garbageOf = (garbage: Garbage, dueMs: number, nonce: string): [Key, Value] => [
  garbageKey(dueMs, nonce),
  Buffer.from(JSON.stringify(garbage)),
]

export const decodeGarbage = (value: Value): Garbage => JSON.parse(Buffer.from(value).toString('utf8')) as Garbage
