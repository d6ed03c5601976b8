/** Whether an error says for certain that a transaction changed nothing. After any other, its outcome is unknown, and no blob may be deleted. */
import { ApiError } from '../base/errors.ts'

export const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError && error.code !== 'ServiceUnavailable' && error.code !== 'InternalError'
