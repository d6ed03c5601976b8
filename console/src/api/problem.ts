/** A refusal or failure of the management API, as an error that pages can show (RFC 9457 with the vendors' members). */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: string
  /** HTTP status; 0 where no answer came. */
  readonly status: number
  readonly requestId: string | undefined

  constructor(code: string, message: string, status: number, requestId: string | undefined) {
    super(message)
    this.code = code
    this.status = status
    this.requestId = requestId
  }
}

/** Of an answer's body, whatever came. */
export function problemOf(body: unknown, response: Pick<Response, 'status' | 'headers'>): Problem {
  const { error, request_id: id } = (typeof body === 'object' && body !== null ? body : {}) as {
    error?: { code?: unknown; message?: unknown }
    request_id?: unknown
  }
  const code = typeof error?.code === 'string' ? error.code : 'InternalError'
  const message = typeof error?.message === 'string' ? error.message : `HTTP ${response.status}`
  const requestId = typeof id === 'string' ? id : (response.headers.get('x-request-id') ?? undefined)
  return new Problem(code, message, response.status, requestId)
}
