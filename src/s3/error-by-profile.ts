/** Errors that clients are told by one name or another, as the toggles say. */
import { ApiError } from '../base/errors.ts'
import type { Toggles } from '../objects/profile.ts'

/** Whether toggles may rename the error. */
export const isNamedByProfile = (error: ApiError): boolean =>
  error.code === 'SlowDown' || (error.code === 'InvalidRequest' && malformedChecksum.test(error.message))

export function errorByProfile(error: ApiError, toggles: Toggles): ApiError {
  if (error.code === 'SlowDown') {
    return toggles['rateLimit.status'] === 429 ? new ApiError('TooManyRequests', undefined, { cause: error }) : error
  }
  return toggles['checksums.malformed'] === 'BadDigest'
    ? new ApiError('BadDigest', error.message, { cause: error })
    : error
}

const malformedChecksum = /^Value for x-amz-checksum-\w+ header is invalid\.$/
