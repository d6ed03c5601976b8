/** One request of an HTTP/2 connection and its answer, which a front sees as it sees any other. */
import { constants, type ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { ApiError } from '../base/errors.ts'
import type { Ended, ExchangeContext } from './exchange.ts'
import { type Forwarded, readForwarded } from './forwarded.ts'
import type { Http2Connection } from './http2-connection.ts'
import type { Http2Head } from './http2-request.ts'
import type { HttpRequest, Served } from './message.ts'
import { emptyBody, RequestBody } from './request-body.ts'
import { ClientGone, type Outlet } from './send-stream.ts'
import { tlsOf } from './tls-context.ts'

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants

const noneForwarded = { host: undefined, prefix: undefined }

export class Http2Exchange implements Ended, Outlet {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly rawHeaders: readonly string[]
  readonly host: string
  readonly contentLength: number | undefined
  readonly stream: ServerHttp2Stream
  readonly connection: Http2Connection
  /** Of the clock's monotonic time. */
  readonly startedMs: number
  /** An answer has been chosen; a later one is dropped. */
  answered = false
  /** Of the answer; 499 where the client went away before it. */
  status = 499
  bytesOut = 0
  complete = false
  served: Served | undefined
  readonly #context: ExchangeContext
  #requestBody: RequestBody | undefined
  #forwarded: Forwarded | undefined
  #abort: AbortController | undefined
  #gone = false
  #ended = false
  #onGone: (() => void) | undefined
  /** By when the client must have taken what was last written, of the clock's monotonic time. */
  #takenByMs = Infinity

  constructor(
    context: ExchangeContext,
    connection: Http2Connection,
    stream: ServerHttp2Stream,
    { method, path, query, headers, rawHeaders, host }: Http2Head,
    id: string,
  ) {
    const length = headers['content-length']
    this.#context = context
    this.connection = connection
    this.stream = stream
    this.id = id
    this.method = method
    this.path = path
    this.query = query
    this.headers = headers
    this.rawHeaders = rawHeaders
    this.host = host
    this.contentLength = stream.endAfterHeaders ? 0 : length === undefined ? undefined : Number(length)
    this.startedMs = context.clock.monotonic()
    // Whatever ends a stream, its close says all that matters here.
    stream.on('error', () => undefined)
    // Before the body's own end, as which a reset would otherwise pass.
    stream.on('aborted', this.#closed)
    stream.on('close', this.#closed)
    stream.on('finish', this.#sent)
  }

  get remoteAddress(): string {
    return this.connection.trusted ? this.#readForwarded().remoteAddress : this.connection.remoteAddress
  }

  get fromTrustedProxy(): boolean {
    return this.connection.trusted
  }

  get httpVersion(): '2.0' {
    return '2.0'
  }

  get tls(): HttpRequest['tls'] {
    return tlsOf(this.stream.session?.socket as TLSSocket | undefined)
  }

  get secure(): boolean {
    return this.connection.trusted ? this.#readForwarded().secure : true
  }

  get forwarded(): HttpRequest['forwarded'] {
    return this.connection.trusted ? this.#readForwarded() : noneForwarded
  }

  get body(): AsyncIterable<Uint8Array> {
    if (this.contentLength === 0) return emptyBody
    if (this.#requestBody === undefined) {
      const awaits100 = this.headers['expect']?.toLowerCase() === '100-continue'
      const awaiting100 = awaits100 ? this : undefined
      this.#requestBody = new RequestBody(this.stream, this.contentLength, this.#context.limits, awaiting100)
      if (this.#gone) this.#requestBody.fail(new ApiError('IncompleteBody'))
    }
    return this.#requestBody
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#gone) this.#abort.abort()
    }
    return this.#abort.signal
  }

  get bytesIn(): number {
    return this.#requestBody?.received ?? 0
  }

  get bodiless(): boolean {
    return this.method === 'HEAD' || this.status === 204 || this.status === 304
  }

  get gone(): boolean {
    return this.#gone
  }

  writeContinue(): void {
    if (!this.stream.closed && !this.stream.headersSent) this.stream.additionalHeaders({ ':status': 100 })
  }

  /** Sends the head of an answer whose body follows in pieces. Throws what node does of headers that cannot be sent. */
  open(headers: readonly string[]): void {
    // A stream that is reset while its end is open is reset; node would end it as if it were whole.
    this.stream.respond(headers, { waitForTrailers: true })
    this.stream.once('wantTrailers', () => void (this.stream.closed || this.stream.sendTrailers({})))
  }

  write(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new ClientGone())
      if (this.#gone) return gone()
      this.#onGone = gone
      this.#expectTaken(chunk.length)
      this.stream.write(chunk, (error) => {
        this.#onGone = undefined
        this.#takenByMs = Infinity
        if (error) gone()
        else resolve()
      })
    })
  }

  finish(): void {
    this.stream.end()
    this.#handedOver()
  }

  /** Sends a whole answer. Throws what node does of headers that cannot be sent. */
  sendWhole(headers: readonly string[], body: Uint8Array | undefined): void {
    this.stream.respond(headers, { endStream: body === undefined })
    if (body !== undefined) {
      this.bytesOut = body.length
      this.stream.end(body)
    }
    this.#handedOver()
  }

  giveUp(): void {
    this.stream.close(NGHTTP2_INTERNAL_ERROR)
    this.end()
  }

  /** Applies the rules about time; to be called every `elapsedMs`. */
  sweep(nowMs: number, elapsedMs: number): void {
    this.#requestBody?.sweep(elapsedMs)
    if (nowMs >= this.#takenByMs) this.stream.close(NGHTTP2_CANCEL)
  }

  /** The answer is handed over, or given up. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#context.ended(this)
  }

  #handedOver(): void {
    this.#expectTaken(this.stream.writableLength)
    this.complete = true
    this.end()
    // The answer to a HEAD has ended before it began.
    if (this.stream.writableFinished) this.#sent()
  }

  #expectTaken(size: number): void {
    const { idleTimeoutSeconds, bodyRateMin } = this.#context.limits
    const seconds = Math.max(idleTimeoutSeconds, size / bodyRateMin)
    this.#takenByMs = this.#context.clock.monotonic() + seconds * 1000
  }

  /** All of the answer is sent. */
  #sent = (): void => {
    if (!this.#ended) return
    this.#takenByMs = Infinity
    const { stream } = this
    // Nothing but the end can follow a body of a known length; another that is not read through is not wanted (RFC 9113 8.1).
    if (this.contentLength === this.bytesIn) stream.resume()
    else if (!stream.readableEnded) stream.close(NGHTTP2_NO_ERROR)
  }

  /** The stream has ended, from either side: the client has gone away unless the answer was on its way. */
  #closed = (): void => {
    if (!this.#gone) {
      this.#gone = true
      this.#requestBody?.fail(new ApiError('IncompleteBody'))
      if (!this.#ended) this.#abort?.abort()
      this.#onGone?.()
      this.end()
    }
    if (this.stream.destroyed) this.connection.remove(this)
  }

  #readForwarded(): Forwarded {
    const { remoteAddress } = this.connection
    return (this.#forwarded ??= readForwarded(remoteAddress, true, this.headers, this.#context.isTrusted))
  }
}
