/**
 * Who mentions an extent, and what is counted. The `owners` record of an extent holds how many mentions it has beyond the first; for a
 * blob it is there from the first, so that the sweep can tell a blob that a record mentions from one that a crash left behind.
 */
import type { Key, Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import type { Extent } from './extent.ts'
import { garbageOf } from './garbage.ts'
import { bodyKey, ownersKey, usageKey, type Count } from './keys.ts'
import type { Written } from './content-writer.ts'

/** Sets what a record that mentions new content relies on: a body's bytes, or the note that the blob is mentioned. */
export function keepWritten(transaction: Transaction, { piece, inline }: Written): void {
  if (piece.kind === 'body') transaction.set(bodyKey(piece.id), inline!)
  else transaction.add(ownersKey(piece), 0)
}

/**
 * One more record mentions the extent. The transaction has the record it learnt the extent from, and `ownersKey(extent)`, among its shared
 * guards, so that the extent cannot end meanwhile.
 */
export function mentionAgain(transaction: Transaction, extent: Extent): void {
  transaction.add(ownersKey(extent), 1)
}

/** A record no longer mentions the extent. `nonce` is unique to the mention's end. */
export function endMention(transaction: Transaction, extent: Extent, nowMs: number, nonce: string): void {
  transaction.set(...garbageOf({ ended: extent }, nowMs, nonce))
}

/** The keys of the counters of the buckets in use: each change of an object needs four of them. */
const counterKeys = new WeakMap<object, Map<Count, readonly [bucket: Key, account: Key]>>()

function counterKeysOf(bucket: Pick<Bucket, 'id' | 'accountId'>, count: Count): readonly [bucket: Key, account: Key] {
  let keys = counterKeys.get(bucket)
  if (keys === undefined) counterKeys.set(bucket, (keys = new Map<Count, readonly [bucket: Key, account: Key]>()))
  let pair = keys.get(count)
  if (pair === undefined)
    keys.set(count, (pair = [usageKey('bucket', bucket.id, count), usageKey('account', bucket.accountId, count)]))
  return pair
}

export function addUsage(
  transaction: Transaction,
  bucket: Pick<Bucket, 'id' | 'accountId'>,
  count: Count,
  delta: number,
): void {
  if (delta === 0) return
  for (const key of counterKeysOf(bucket, count)) transaction.add(key, delta)
}
