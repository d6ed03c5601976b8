/** How a request is refused: a short text that says why, which no cache keeps and whose address no other site is told. */
import { ApiError } from '../base/errors.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { TokenRefused } from './token-gate.ts'

/** A request that delivery does not serve, whatever S3 would say of it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  /** Name, value, name, value …, in lower case; a cache-control among them replaces `no-store`. */
  readonly headers: readonly string[]

  constructor(status: number, code: string, message: string, headers: readonly string[] = []) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** What goes wrong becomes an answer and a code for the log; `fault` where it is ours. */
export interface Refused {
  readonly response: HttpResponse
  readonly code: string
  readonly message: string
  readonly fault: boolean
}

export function refuse(error: unknown, { id }: Pick<HttpRequest, 'id'>): Refused {
  if (error instanceof TokenRefused) {
    const { reason, message } = error
    const headers = ['x-entrepot-refusal', reason]
    return {
      response: textAnswer(403, `${reason}: ${message}`, id, headers),
      code: codeOf(reason),
      message,
      fault: false,
    }
  }
  if (error instanceof Refusal) {
    const { status, code, message, headers } = error
    return { response: textAnswer(status, message, id, headers), code, message, fault: false }
  }
  if (error instanceof ApiError) {
    const headers = Object.entries(error.headers).flat()
    return {
      response: textAnswer(error.status, error.message, id, headers),
      code: error.code,
      message: error.message,
      fault: false,
    }
  }
  const text = 'An internal error occurred. Try again.'
  return { response: textAnswer(500, text, id, []), code: 'InternalError', message: text, fault: true }
}

function textAnswer(status: number, text: string, id: string, more: readonly string[]): HttpResponse {
  const headers = [
    ...['content-type', 'text/plain; charset=utf-8', 'x-content-type-options', 'nosniff'],
    ...['referrer-policy', 'no-referrer', 'x-request-id', id],
    ...(more.includes('cache-control') ? [] : ['cache-control', 'no-store']),
    ...more,
  ]
  return { status, headers, body: `${text}\n` }
}

/** `not-yet-valid` becomes `TokenNotYetValid`. */
const codeOf = (reason: string): string =>
  `Token${reason
    .split('-')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')}`
