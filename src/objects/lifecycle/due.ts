/**
 * When a rule's action is due (Amazon S3 User Guide, "Lifecycle configuration elements" and "Expiring objects"): so many days after an event,
 * rounded up to the next midnight UTC, or at a date. Where several rules apply, the earliest time holds.
 */
import type { Head } from '../head.ts'
import type { LifecycleConfiguration, LifecycleRule } from './rule.ts'

/** A configuration's rules that are enabled, by what they do. */
export interface Rules {
  /** Milliseconds. */
  readonly dayMs: number
  /** Those about current versions and about delete markers that are left alone. */
  readonly expiring: readonly LifecycleRule[]
  readonly endingNoncurrent: readonly LifecycleRule[]
  readonly abortingUploads: readonly LifecycleRule[]
}

export interface Due {
  readonly ms: number
  readonly ruleId: string
}

/** What rules ask of a version. A delete marker has no bytes and no tags. */
export type Matched = Pick<Head, 'size' | 'tags'>

/** The last moment that a Date has; what would be due later never is. */
const lastMs = 8_640_000_000_000_000
const standardDayMs = 86_400_000

const compiled = new WeakMap<LifecycleConfiguration, Rules>()

/** Compiled once for each configuration read. */
export function rulesOf(configuration: LifecycleConfiguration): Rules {
  let rules = compiled.get(configuration)
  if (rules === undefined) {
    const enabled = configuration.rules.filter((rule) => rule.enabled)
    rules = {
      dayMs: configuration.dayMs ?? standardDayMs,
      expiring: enabled.filter(
        ({ expirationDays, expirationMs, expiredObjectDeleteMarker }) =>
          expirationDays !== undefined || expirationMs !== undefined || expiredObjectDeleteMarker === true,
      ),
      endingNoncurrent: enabled.filter(({ noncurrentDays }) => noncurrentDays !== undefined),
      abortingUploads: enabled.filter(({ abortUploadsAfterDays }) => abortUploadsAfterDays !== undefined),
    }
    compiled.set(configuration, rules)
  }
  return rules
}

/** When the current version expires: in a bucket with versions a delete marker then hides it, else it is deleted. */
export function currentDue(rules: Rules, key: string, version: Matched & Pick<Head, 'modifiedMs'>): Due | undefined {
  let due: Due | undefined
  for (const rule of rules.expiring) {
    const { expirationDays, expirationMs, id } = rule
    if (expirationDays !== undefined) {
      if (matches(rule, key, version)) due = earlier(due, after(version.modifiedMs, expirationDays, rules), id)
    } else if (expirationMs !== undefined && matches(rule, key, version)) {
      // What is written when the date is past stays until midnight, as with S3, which looks once a day.
      due = earlier(due, Math.max(expirationMs, endOfDay(version.modifiedMs, rules)), id)
    }
  }
  return due
}

/**
 * When a noncurrent version is removed. `sinceMs`: when it became noncurrent; `newer`: how many noncurrent versions of an object are newer and
 * stay. Undefined too where a rule only waits for more of those.
 */
export function noncurrentDue(
  rules: Rules,
  key: string,
  version: Matched,
  sinceMs: number,
  newer: number,
): Due | undefined {
  let due: Due | undefined
  for (const rule of rules.endingNoncurrent) {
    if (newer < (rule.newerNoncurrentVersions ?? 0) || !matches(rule, key, version)) continue
    due = earlier(due, after(sinceMs, rule.noncurrentDays!, rules), rule.id)
  }
  return due
}

/**
 * When a delete marker that hides nothing is removed. "At once" is the first midnight after it was made; under an expiration in days it has to
 * be that old.
 */
export function loneMarkerDue(rules: Rules, key: string, modifiedMs: number): Due | undefined {
  let due: Due | undefined
  for (const rule of rules.expiring) {
    const days = rule.expiredObjectDeleteMarker === true ? 0 : rule.expirationDays
    if (days !== undefined && matches(rule, key, nothing)) due = earlier(due, after(modifiedMs, days, rules), rule.id)
  }
  return due
}

/** When an unfinished upload is aborted. */
export function uploadDue(rules: Rules, key: string, initiatedMs: number): Due | undefined {
  let due: Due | undefined
  for (const rule of rules.abortingUploads) {
    if (!concerns(rule, key)) continue
    due = earlier(due, after(initiatedMs, rule.abortUploadsAfterDays!, rules), rule.id)
  }
  return due
}

/** Whether the key has the rule's prefix. */
export const concerns = ({ prefix }: LifecycleRule, key: string): boolean =>
  prefix === undefined || key.startsWith(prefix)

/** The next midnight, or this moment if it is one. */
export const endOfDay = (ms: number, { dayMs }: Pick<Rules, 'dayMs'>): number => Math.ceil(ms / dayMs) * dayMs

const nothing: Matched = { size: 0 }

function matches(rule: LifecycleRule, key: string, { size, tags }: Matched): boolean {
  if (!concerns(rule, key)) return false
  if (rule.sizeAbove !== undefined && size <= rule.sizeAbove) return false
  if (rule.sizeBelow !== undefined && size >= rule.sizeBelow) return false
  if (rule.tags === undefined) return true
  if (tags === undefined) return false
  for (const [name, value] of Object.entries(rule.tags)) {
    if (!Object.hasOwn(tags, name) || tags[name] !== value) return false
  }
  return true
}

const after = (ms: number, days: number, rules: Rules): number => endOfDay(ms + days * rules.dayMs, rules)

const earlier = (due: Due | undefined, ms: number, ruleId: string): Due | undefined =>
  ms > lastMs || (due !== undefined && due.ms <= ms) ? due : { ms, ruleId }
