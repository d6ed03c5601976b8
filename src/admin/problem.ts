/**
 * How management tells errors: RFC 9457's problem+json, and in it what the seeds' vendors answer: `{"status": "error", "error": {code, message},
 * "request_id"}`. RFC 9457 3.1 has clients pass over a `status` that is no number.
 */
import { ApiError } from '../base/errors.ts'
import type { HttpResponse } from '../http/message.ts'

export interface Problem {
  readonly type: string
  readonly title: string
  readonly detail: string
  readonly status: 'error'
  readonly error: {
    readonly code: string
    readonly message: string
    readonly details?: Readonly<Record<string, string>>
  }
  readonly request_id: string
}

/** Of what was thrown; anything but an ApiError is told as InternalError alone. */
export function problemOf(thrown: unknown, requestId: string): { readonly problem: Problem; readonly error: ApiError } {
  const error = thrown instanceof ApiError ? thrown : new ApiError('InternalError')
  const { code, message, details } = error
  const told =
    details === undefined || Object.keys(details).length === 0 ? { code, message } : { code, message, details }
  return {
    error,
    problem: {
      type: 'about:blank',
      title: code,
      detail: message,
      status: 'error',
      error: told,
      request_id: requestId,
    },
  }
}

export function problemAnswer(thrown: unknown, requestId: string): HttpResponse {
  const { problem, error } = problemOf(thrown, requestId)
  const headers = ['content-type', 'application/problem+json', 'cache-control', 'no-store', 'x-request-id', requestId]
  if (error.status === 401) headers.push('www-authenticate', 'Bearer realm="entrepot"')
  for (const [name, value] of Object.entries(error.headers ?? {})) headers.push(name, value)
  return { status: error.status, headers, body: JSON.stringify(problem) }
}
