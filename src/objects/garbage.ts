/**
 * The queue of what has ended: mentions of extents, and the unfinished uploads of deleted buckets. It is written by the transaction
 * that ends them, and worked off by jobs/garbage.ts after a grace period, in which a reader that began before can finish.
 */
import type { Key, Value } from '../metadata/metadata-store.ts'
import type { Extent } from './extent.ts'
import { garbageKey, type BucketId } from './keys.ts'

export type Garbage =
  | { readonly ended: Extent }
  | { readonly uploadsOf: { readonly bucketId: BucketId; readonly accountId: string } }

/** The record to set. `nonce` is unique to the transaction. */
export const garbageOf = (garbage: Garbage, dueMs: number, nonce: string): [Key, Value] => [
  garbageKey(dueMs, nonce),
  Buffer.from(JSON.stringify(garbage)),
]

export const decodeGarbage = (value: Value): Garbage => JSON.parse(Buffer.from(value).toString('utf8')) as Garbage
