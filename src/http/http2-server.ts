/**
 * HTTP/2 (RFC 9113) over connections that are TLS already: node:http2 with its limits set, and each request handed to the front as one of
 * HTTP/1.1 would be.
 */
import { STATUS_CODES } from 'node:http'
import { performServerHandshake, type ServerHttp2Stream, type ServerOptions } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { ApiError } from '../base/errors.ts'
import type { ExchangeContext } from './exchange.ts'
import { Http2Connection } from './http2-connection.ts'
import { Http2Exchange } from './http2-exchange.ts'
import { readHttp2Head } from './http2-request.ts'
import { sendHttp2, sendHttp2Plain } from './http2-send.ts'
import type { Limits } from './limits.ts'
import type { HttpRequest, HttpResponse } from './message.ts'
import type { Report } from './send-stream.ts'

interface Http2ServerOptions {
  readonly context: ExchangeContext
  readonly nextId: () => string
  handle(request: HttpRequest): Promise<HttpResponse> | HttpResponse
  /** A request has begun; context.ended is called when it ends. */
  began(): void
  readonly report: Report
}

export class Http2Server {
  readonly #options: Http2ServerOptions
  readonly #settings: ServerOptions
  readonly #connections = new Map<TLSSocket, Http2Connection>()

  constructor(options: Http2ServerOptions) {
    this.#options = options
    this.#settings = settingsOf(options.context.limits)
  }

  /** Open connections. */
  get connections(): number {
    return this.#connections.size
  }

  /** Takes over a connection whose client has chosen HTTP/2. */
  accept(socket: TLSSocket): void {
    const { context } = this.#options
    // A client that has ended its side has no use for ours: every request and every window update comes from it.
    socket.allowHalfOpen = false
    const session = performServerHandshake(socket, this.#settings)
    const connection = new Http2Connection(session, socket, context)
    this.#connections.set(socket, connection)
    socket.once('close', () => this.#connections.delete(socket))
    session.setLocalWindowSize(context.limits.connectionWindowSize)
    session.on('stream', (stream, _headers, _flags, fields: string[]) => this.#onStream(connection, stream, fields))
  }

  /** Applies the rules about time; to be called every `elapsedMs`. */
  sweep(nowMs: number, elapsedMs: number): void {
    for (const connection of this.#connections.values()) connection.sweep(nowMs, elapsedMs)
  }

  /** Closes every connection when the requests under way on it are answered. */
  close(): void {
    for (const connection of this.#connections.values()) connection.close()
  }

  /** Closes the connections without a request that were last active before a moment of the clock's monotonic time. */
  shed(beforeMs: number): void {
    for (const connection of this.#connections.values()) {
      if (connection.exchanges.size === 0 && connection.lastActiveMs <= beforeMs) connection.close()
    }
  }

  cut(): void {
    for (const connection of this.#connections.values()) connection.cut()
  }

  #onStream(connection: Http2Connection, stream: ServerHttp2Stream, fields: readonly string[]): void {
    const { context, nextId, began } = this.#options
    // It was reset before its turn came.
    if (stream.destroyed || stream.closed) return void stream.on('error', () => undefined)
    const head = readHttp2Head(fields, context.limits)
    const exchange = new Http2Exchange(context, connection, stream, head, nextId())
    connection.exchanges.add(exchange)
    connection.asked = true
    connection.lastActiveMs = exchange.startedMs
    began()
    if (!connection.admits()) return
    if (head.fault !== 0) sendHttp2Plain(exchange, head.fault, STATUS_CODES[head.fault]!)
    else this.#handle(exchange)
  }

  #handle(exchange: Http2Exchange): void {
    const { handle, report } = this.#options
    const { connection } = exchange
    try {
      const answer = handle(exchange)
      if (!(answer instanceof Promise)) return sendHttp2(exchange, answer, report)
      connection.underWay++
      answer.then(
        (settled) => {
          connection.underWay--
          sendHttp2(exchange, settled, report)
        },
        (error: unknown) => {
          connection.underWay--
          this.#failed(exchange, error)
        },
      )
    } catch (error) {
      this.#failed(exchange, error)
    }
  }

  /** The front threw, which it should not: it renders its own errors. */
  #failed(exchange: Http2Exchange, error: unknown): void {
    if (exchange.gone || exchange.answered) return
    if (error instanceof ApiError) return sendHttp2Plain(exchange, error.status, error.message)
    this.#options.report(error, exchange)
    sendHttp2Plain(exchange, 500, 'Internal Server Error')
  }
}

/** Header lines beyond the limit that still come through, to be answered 431; with more, the stream is reset. */
const headerCountSlack = 64
/** Frames that make no sense, and requests beyond what is admitted, before a connection is closed. */
const nonsenseMax = 100

/** Of an answer's body, as the stores give it. */
const chunkSize = 256 * 1024

const settingsOf = (limits: Limits): ServerOptions => ({
  settings: {
    maxConcurrentStreams: limits.streamsMax,
    initialWindowSize: limits.bodyBufferSize,
    // What HTTP/2 counts has 32 bytes a line beside names and values (RFC 9113 6.5.2).
    maxHeaderListSize: limits.headerSizeMax + 32 * limits.headerCountMax,
    enablePush: false,
  },
  maxHeaderListPairs: limits.headerCountMax + headerCountSlack,
  maxSessionInvalidFrames: nonsenseMax,
  maxSessionRejectedStreams: nonsenseMax,
  // Megabytes: a chunk of an answer and a window of a body for every stream, and the rest. Beyond it, requests are refused.
  maxSessionMemory: 16 + Math.ceil((limits.streamsMax * (chunkSize + limits.bodyBufferSize)) / 1e6),
  streamResetBurst: limits.resetsBurst,
  streamResetRate: limits.resetsPerSecond,
})
