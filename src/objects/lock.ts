/**
 * Object lock: what keeps a version from being deleted or replaced, and until when (Amazon S3 User Guide, "Locking objects with Object Lock").
 * A lock that cannot be read holds.
 */
import { ApiError } from '../base/errors.ts'
import type { ObjectLock } from './bucket.ts'
import type { Version } from './head.ts'

export type LockMode = 'GOVERNANCE' | 'COMPLIANCE'

export interface Retention {
  readonly mode: LockMode
  readonly untilMs: number
}

const dayMs = 86_400_000

/** Until when a new object is kept where its request does not say. */
export function defaultRetention({ defaultRetention: set }: ObjectLock, nowMs: number): Retention | undefined {
  if (set === undefined) return undefined
  const days = set.days ?? (set.years ?? 0) * 365
  return { mode: set.mode, untilMs: nowMs + days * dayMs }
}

/** Throws AccessDenied where the version may not be removed, ServiceUnavailable where its lock cannot be read. */
export function requireUnlocked(version: Version, lockNowMs: number, bypassGovernance = false): void {
  if (version.deleteMarker === true) return
  const { retention, legalHold } = version
  if (legalHold !== undefined && typeof legalHold !== 'boolean') throw unreadable()
  if (legalHold === true) throw locked('is under a legal hold')
  if (retention === undefined) return
  const { mode, untilMs } = readable(retention)
  if (untilMs <= lockNowMs) return
  if (mode === 'COMPLIANCE' || !bypassGovernance) {
    throw locked(`is retained in ${mode} mode until ${new Date(untilMs).toISOString()}`)
  }
}

/** Throws AccessDenied where a version's retention may not be changed to `changed` (undefined: none). */
export function requireRetentionChange(
  current: Retention | undefined,
  changed: Retention | undefined,
  lockNowMs: number,
  bypassGovernance: boolean,
): void {
  if (current === undefined) return
  const { mode, untilMs } = readable(current)
  if (untilMs <= lockNowMs) return
  const loosens = changed === undefined || changed.untilMs < untilMs || changed.mode !== mode
  if (!loosens) return
  if (mode === 'GOVERNANCE' && bypassGovernance) return
  throw locked(`is retained in ${mode} mode until ${new Date(untilMs).toISOString()}`)
}

function readable(retention: Retention | null): Retention {
  const { mode, untilMs } = retention ?? {}
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || untilMs === undefined || !Number.isFinite(untilMs))
    throw unreadable()
  return { mode, untilMs }
}

const locked = (why: string): ApiError =>
  new ApiError('AccessDenied', `Access Denied because the object ${why} (Object Lock).`)

export const unreadable = (cause?: unknown): ApiError =>
  new ApiError('ServiceUnavailable', 'The lock of the object cannot be read, so that it is not deleted.', { cause })
