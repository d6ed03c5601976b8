/** Says, in the transaction of a change, when lifecycle has to look at a key or at an upload. */
import type { Transaction } from '../../metadata/metadata-store.ts'
import type { Bucket } from '../bucket.ts'
import type { Head } from '../head.ts'
import type { Upload } from '../upload.ts'
import { concerns, currentDue, endOfDay, rulesOf, uploadDue, type Rules } from './due.ts'
import { setLook } from './queue.ts'

/** What a change has brought about. */
export interface Facts {
  /** It is the current version now, or it is said otherwise of it (its tags). */
  readonly current?: Pick<Head, 'modifiedMs' | 'size' | 'tags'> | undefined
  /** A version became noncurrent then; or it is said otherwise of one that did (0: it is not known when). */
  readonly noncurrentSinceMs?: number | undefined
  /** A delete marker was put, or a version removed: the newest may be another, and a delete marker may be left alone. */
  readonly deleteMarker?: boolean | undefined
}

/**
 * Sets a look at the key for the earliest time at which the change makes something due, never before `nowMs`. The transaction has `headKey` as
 * an exclusive guard and `bucketKey` as a shared one, and `bucket` is as `Buckets.require` answers it there, so that a change either sees new
 * rules or is seen by the reindexing that they bring about.
 */
export function scheduleLook(transaction: Transaction, bucket: Bucket, key: string, facts: Facts, nowMs: number): void {
  if (bucket.lifecycle === undefined) return
  const dueMs = lookDueMs(rulesOf(bucket.lifecycle), key, facts, nowMs)
  if (dueMs !== undefined) setLook(transaction, bucket, Math.max(dueMs, nowMs), key)
}

/** When a change makes something due, at the earliest; undefined where it never does. */
export function lookDueMs(rules: Rules, key: string, facts: Facts, nowMs: number): number | undefined {
  const { current, noncurrentSinceMs, deleteMarker } = facts
  let dueMs = current && currentDue(rules, key, current)?.ms
  if (noncurrentSinceMs !== undefined) {
    for (const rule of rules.endingNoncurrent) {
      // What it is said of is not known here: its size and tags may match.
      if (!concerns(rule, key)) continue
      // One more may be one too many: then the oldest is due, since whenever.
      const sinceMs = rule.newerNoncurrentVersions === undefined ? noncurrentSinceMs : 0
      const ruleMs = endOfDay(Math.max(sinceMs + rule.noncurrentDays! * rules.dayMs, nowMs), rules)
      dueMs = Math.min(dueMs ?? ruleMs, ruleMs)
    }
  }
  if (deleteMarker === true && rules.expiring.some((rule) => concerns(rule, key))) {
    const tonightMs = endOfDay(nowMs, rules)
    dueMs = Math.min(dueMs ?? tonightMs, tonightMs)
  }
  return dueMs
}

/** Sets a look at an upload that was begun. The transaction has `bucketKey` as a shared guard. */
export function scheduleUpload(
  transaction: Transaction,
  bucket: Bucket,
  { key, uploadId, initiatedMs }: Pick<Upload, 'key' | 'uploadId' | 'initiatedMs'>,
  nowMs: number,
): void {
  if (bucket.lifecycle === undefined) return
  const due = uploadDue(rulesOf(bucket.lifecycle), key, initiatedMs)
  if (due !== undefined) setLook(transaction, bucket, Math.max(due.ms, nowMs), key, { uploadId })
}
