/** The headers in which answers tell what lifecycle rules are going to do. */
import { formatHttpDate } from '../http/dates.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Head } from '../objects/head.ts'
import { currentDue, rulesOf, uploadDue, type Due } from '../objects/lifecycle/due.ts'
import type { Upload } from '../objects/upload.ts'

/**
 * `x-amz-expiration` of a current version: `expiry-date="Fri, 21 Dec 2012 00:00:00 GMT", rule-id="…"`, of the rule that is the first to be due;
 * undefined where none is about it.
 */
export function expirationHeader(
  bucket: Bucket,
  key: string,
  head: Pick<Head, 'modifiedMs' | 'size' | 'tags' | 'noncurrentMs'>,
): string | undefined {
  if (bucket.lifecycle === undefined || head.noncurrentMs !== undefined) return undefined
  const due = shown(currentDue(rulesOf(bucket.lifecycle), key, head))
  return due && `expiry-date="${formatHttpDate(due.ms)}", rule-id="${inHeader(due.ruleId)}"`
}

/** `x-amz-abort-date` and `x-amz-abort-rule-id` of an unfinished upload; nothing where no rule is about it. */
export function abortMembers(
  bucket: Bucket,
  { key, initiatedMs }: Pick<Upload, 'key' | 'initiatedMs'>,
): { readonly AbortDate?: number; readonly AbortRuleId?: string } {
  if (bucket.lifecycle === undefined) return {}
  const due = shown(uploadDue(rulesOf(bucket.lifecycle), key, initiatedMs))
  return due === undefined ? {} : { AbortDate: due.ms, AbortRuleId: inHeader(due.ruleId) }
}

/** The end of the year 9999, after which there is no HTTP-date. */
const shownUntilMs = 253_402_300_800_000

const shown = (due: Due | undefined): Due | undefined => (due !== undefined && due.ms < shownUntilMs ? due : undefined)

/** As it is, as AWS sends it, unless it cannot stand between quotes in a header. */
const inHeader = (ruleId: string): string => (/^[ !#-~]*$/.test(ruleId) ? ruleId : encodeURIComponent(ruleId))
