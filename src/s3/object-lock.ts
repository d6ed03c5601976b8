/** Object lock as requests ask for it (Amazon S3 User Guide, "Locking objects with Object Lock"). */
import { ApiError } from '../base/errors.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Head } from '../objects/head.ts'
import type { LockMode, Retention } from '../objects/lock.ts'
import type { Context } from './context.ts'

interface LockInput {
  readonly Key: string
  readonly ObjectLockMode?: LockMode | undefined
  readonly ObjectLockRetainUntilDate?: number | undefined
  readonly ObjectLockLegalHoldStatus?: 'ON' | 'OFF' | undefined
}

/** How a new version is to be locked. */
export type RequestedLock = Pick<Head, 'retention' | 'legalHold'>

export const asksForLock = (input: LockInput): boolean =>
  input.ObjectLockMode !== undefined ||
  input.ObjectLockRetainUntilDate !== undefined ||
  input.ObjectLockLegalHoldStatus !== undefined

/**
 * The lock that the headers of a write ask for. Throws InvalidArgument where they contradict themselves, InvalidRequest where the bucket has no
 * object lock, AccessDenied where the request may write but not lock.
 */
export async function requestedLock(input: LockInput, context: Context): Promise<RequestedLock> {
  const { Key, ObjectLockMode: mode, ObjectLockRetainUntilDate: untilMs, ObjectLockLegalHoldStatus: status } = input
  if ((mode === undefined) !== (untilMs === undefined)) throw halfRetention()
  if (mode !== undefined) await context.authorize('s3:PutObjectRetention', Key)
  if (status !== undefined) await context.authorize('s3:PutObjectLegalHold', Key)
  requireObjectLock(context.bucket)
  const retention = mode === undefined ? undefined : retentionOf(mode, untilMs!, context)
  return { retention, legalHold: status === undefined ? undefined : status === 'ON' }
}

/** Throws InvalidArgument for a time that is not in the future. */
export function retentionOf(mode: LockMode, untilMs: number, { services }: Pick<Context, 'services'>): Retention {
  if (untilMs > services.objects.versions.lockNow()) return { mode, untilMs }
  throw new ApiError('InvalidArgument', 'The retain until date must be in the future!', {
    details: { ArgumentName: 'x-amz-object-lock-retain-until-date', ArgumentValue: new Date(untilMs).toISOString() },
  })
}

/** Throws InvalidRequest where the bucket has no object lock. */
export function requireObjectLock({ objectLock }: Bucket): void {
  if (objectLock === undefined) throw new ApiError('InvalidRequest', 'Bucket is missing Object Lock Configuration')
}

const halfRetention = (): ApiError =>
  new ApiError(
    'InvalidArgument',
    'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    { details: { ArgumentName: 'x-amz-object-lock-retain-until-date' } },
  )
