/** Quotas: the most that a bucket, or all buckets of an account together, may hold. */
import { ApiError } from '../base/errors.ts'

/**
 * Bytes and objects of all kinds: current, noncurrent, deleted but to be had back, and, of bytes, those of unfinished uploads. Delete markers are
 * objects. What is absent is not limited.
 */
export interface Quota {
  readonly bytesMax?: number | undefined
  readonly objectsMax?: number | undefined
}

/** What of a quota is to be kept; undefined where it limits nothing. Throws InvalidArgument for what is no number of bytes or objects. */
export function checkedQuota({ bytesMax, objectsMax }: Quota): Quota | undefined {
  for (const [name, value] of [['bytesMax', bytesMax] as const, ['objectsMax', objectsMax] as const]) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue
    throw new ApiError('InvalidArgument', `A quota's ${name} must be a whole number, 0 or more.`, {
      details: { ArgumentName: name, ArgumentValue: String(value) },
    })
  }
  if (bytesMax === undefined && objectsMax === undefined) return undefined
  return { ...(bytesMax !== undefined && { bytesMax }), ...(objectsMax !== undefined && { objectsMax }) }
}
