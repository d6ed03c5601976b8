/** One request and its answer: what a front sees of the request, and the state that ties both to their connection. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Connection } from './connection.ts'
import { type Forwarded, readForwarded } from './forwarded.ts'
import type { Limits } from './limits.ts'
import type { HttpRequest, Served } from './message.ts'
import { emptyBody, RequestBody } from './request-body.ts'
import { ClientGone, type Outlet } from './send-stream.ts'
import { tlsOf } from './tls-context.ts'

/** What all exchanges of a listener share. */
export interface ExchangeContext {
  readonly limits: Limits
  readonly clock: Clock
  /** The listener stops: each answer is the last of its connection. */
  stopping: boolean
  readonly isTrusted: (address: string) => boolean
  /** Called once per exchange, when the answer is handed over or given up. */
  readonly ended: (exchange: Ended) => void
}

/** What is told of a request when its answer is handed over or given up, whichever HTTP it came by. */
export interface Ended extends HttpRequest {
  readonly status: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly complete: boolean
  readonly startedMs: number
  readonly connection: { lastActiveMs: number }
}

const noneForwarded = { host: undefined, prefix: undefined }

export class Exchange implements Ended, Outlet {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly host: string
  readonly contentLength: number | undefined
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly connection: Connection
  /** Of the clock's monotonic time. */
  readonly startedMs: number
  /** An answer has been chosen; a later one is dropped. */
  answered = false
  /** The answer is the connection's last. */
  closes = false
  /** Of the answer; 499 where the client went away before it. */
  status = 499
  /** Bytes of the answer's body that were handed to the socket. */
  bytesOut = 0
  /** The answer is handed over whole. */
  complete = false
  requestBody: RequestBody | undefined
  served: Served | undefined
  readonly #context: ExchangeContext
  readonly #awaits100: boolean
  #forwarded: Forwarded | undefined
  #abort: AbortController | undefined
  #gone = false
  #ended = false
  #onGone: (() => void) | undefined

  constructor(
    context: ExchangeContext,
    connection: Connection,
    message: IncomingMessage,
    response: ServerResponse,
    id: string,
    target: string,
    awaits100: boolean,
    startedMs: number,
  ) {
    const headers = message.headers as Record<string, string | undefined>
    // The only header that node gives as a list, even joining; it has no meaning in a request.
    if (headers['set-cookie'] !== undefined) headers['set-cookie'] = String(headers['set-cookie'])
    const question = target.indexOf('?')
    const length = headers['content-length']
    this.#context = context
    this.connection = connection
    this.message = message
    this.response = response
    this.id = id
    this.method = message.method!
    this.path = question < 0 ? target : target.slice(0, question)
    this.query = question < 0 ? '' : target.slice(question + 1)
    this.headers = headers
    this.host = headers['host'] ?? ''
    this.contentLength =
      length !== undefined ? Number(length) : headers['transfer-encoding'] === undefined ? 0 : undefined
    this.#awaits100 = awaits100
    this.startedMs = startedMs
  }

  get rawHeaders(): readonly string[] {
    return this.message.rawHeaders
  }

  get remoteAddress(): string {
    return this.connection.trusted ? this.#readForwarded().remoteAddress : this.connection.remoteAddress
  }

  get secure(): boolean {
    return this.connection.trusted ? this.#readForwarded().secure : this.connection.secure
  }

  get tls(): HttpRequest['tls'] {
    return this.connection.secure ? tlsOf(this.connection.socket as TLSSocket) : undefined
  }

  get fromTrustedProxy(): boolean {
    return this.connection.trusted
  }

  get forwarded(): HttpRequest['forwarded'] {
    return this.connection.trusted ? this.#readForwarded() : noneForwarded
  }

  get body(): AsyncIterable<Uint8Array> {
    if (this.contentLength === 0) return emptyBody
    if (this.requestBody === undefined) {
      const awaiting100 = this.#awaits100 ? this.response : undefined
      this.requestBody = new RequestBody(this.message, this.contentLength, this.#context.limits, awaiting100)
      if (this.#gone) this.requestBody.fail(new ApiError('IncompleteBody'))
    }
    return this.requestBody
  }

  /** Made when first asked for, since it costs more than all else here. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#gone) this.#abort.abort()
    }
    return this.#abort.signal
  }

  /** Bytes of the request's body that came. */
  get bytesIn(): number {
    return this.requestBody?.received ?? 0
  }

  /**
   * Decides, before the answer's head is written, whether the connection outlives it. A request body that was not read is drained if it is
   * small; else the connection is closed, lingering, so that the client, which is still sending, can read the answer.
   */
  beforeAnswer(): void {
    const { connection, response } = this
    const toCome = this.#bytesToCome()
    const unasked = this.#awaits100 && this.requestBody?.started !== true
    // A client that waits for a 100-continue that it will not get may or may not send its body: nobody knows what comes next.
    if (toCome === undefined || toCome > this.#context.limits.drainSizeMax || (unasked && toCome > 0))
      this.closes = true
    if (this.requestBody?.tooSlow === true) this.closes = true
    // With a body of no bytes there is no doubt, and node keeps the connection if 100 was said.
    if (unasked && this.contentLength === 0) response.writeContinue()
    else if (unasked) this.closes = true
    if (this.closes) connection.socket.destroySoon = () => connection.linger()
    // Only the latest answer may say that it is the last: those of requests already under way come after an earlier one.
    if (this.closes || (this.#context.stopping && connection.latest === this)) response.shouldKeepAlive = false
    if (!response.shouldKeepAlive) connection.closing = true
    else if (toCome !== 0) {
      connection.drain(this)
      this.discardBody()
    }
  }

  /** Bytes of the request's body that were not read yet; undefined where nobody knows. */
  #bytesToCome(): number | undefined {
    if (this.contentLength === 0 || this.message.complete) return 0
    return this.contentLength === undefined ? undefined : this.contentLength - this.bytesIn
  }

  /** Lets what comes of the request body fall. */
  discardBody(): void {
    if (this.contentLength === 0 || this.message.complete) return
    this.requestBody?.fail(new ApiError('IncompleteBody'))
    this.message.removeAllListeners('data')
    this.message.resume()
  }

  get bodiless(): boolean {
    return this.method === 'HEAD' || this.status === 204 || this.status === 304
  }

  write(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new ClientGone())
      if (this.#gone) return gone()
      this.#onGone = gone
      this.response.write(chunk, (error) => {
        this.#onGone = undefined
        if (error) gone()
        else resolve()
      })
    })
  }

  finish(): void {
    this.response.end()
    this.complete = true
    this.end()
  }

  giveUp(): void {
    this.connection.cut()
    this.end()
  }

  get gone(): boolean {
    return this.#gone
  }

  /** The connection has closed before the answer was sent. */
  clientGone(): void {
    this.#gone = true
    this.requestBody?.fail(new ApiError('IncompleteBody'))
    this.#abort?.abort()
    this.#onGone?.()
    this.end()
  }

  /** The answer is handed to the socket, or given up. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.connection.remove(this)
    this.#context.ended(this)
  }

  #readForwarded(): Forwarded {
    const { remoteAddress, secure } = this.connection
    return (this.#forwarded ??= readForwarded(remoteAddress, secure, this.headers, this.#context.isTrusted))
  }
}
