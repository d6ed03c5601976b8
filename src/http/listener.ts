/**
 * The listener of every front: node:http with what it leaves open closed. It admits only requests whose framing, Host and target are
 * beyond doubt, gives each an id, hands it to the front, sends the answer, and bounds sizes, times and connections.
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Burst } from './burst.ts'
import { Connection } from './connection.ts'
import { Exchange, type ExchangeContext } from './exchange.ts'
import { createTrust } from './forwarded.ts'
import { parseHost } from './hosts.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { HttpRequest, HttpResponse } from './message.ts'
import { createRequestIds } from './request-id.ts'
import { originForm } from './request-target.ts'
import { sendPlain } from './send.ts'

export interface HttpListenerOptions {
  readonly host: string
  /** 0 for one that is free. */
  readonly port: number
  /** Several processes or threads accept on the same port. */
  readonly reusePort?: boolean
  handle(request: HttpRequest): Promise<HttpResponse> | HttpResponse
  /** CIDRs of the proxies whose X-Forwarded-* are believed. */
  readonly trustedProxies: readonly string[]
  readonly limits?: Partial<Limits>
  readonly clock: Clock
  readonly random: Random
  /** Called once per request that reached the front or was refused before it, after its answer was handed over or given up. */
  onRequestEnd?(end: RequestEnd): void
  /** Told of what the front threw or its answer's body threw, and of answers that could not be sent. */
  onError?(error: unknown, request: HttpRequest | undefined): void
}

export interface RequestEnd {
  readonly request: HttpRequest
  /** 499 where the client went away before an answer began. */
  readonly status: number
  /** Bytes of the request's body that were read. */
  readonly bytesIn: number
  /** Bytes of the answer's body that were handed over. */
  readonly bytesOut: number
  readonly durationMs: number
  /** The answer was handed over whole. */
  readonly complete: boolean
}

export interface HttpListener {
  /** `http://127.0.0.1:9000`; after listen(). */
  readonly url: string
  readonly port: number
  /** Open connections. */
  readonly connections: number
  /** Requests without their whole answer. */
  readonly inFlight: number
  /** Resolves when connections are accepted. */
  listen(): Promise<void>
  /** Accepts no more, lets what is in flight finish, and cuts what is left after the deadline. Resolves when all connections are closed. */
  stop(deadlineSeconds: number): Promise<void>
}

export const createHttpListener = (options: HttpListenerOptions): HttpListener => new NodeHttpListener(options)

/** What a closing listener lets an idle connection live after its last answer: its client may be sending already. */
const idleGraceSeconds = 0.5
/** When there are too many connections, those idle for this long make room. */
const idleShedSeconds = 5
const stopPollMs = 20
/** Bytes read on after something that was no HTTP. */
const lingerAfterFaultSizeMax = 256 * 1024

class NodeHttpListener implements HttpListener {
  readonly #options: HttpListenerOptions
  readonly #limits: Limits
  readonly #clock: Clock
  readonly #server: Server
  readonly #connections = new Map<Socket, Connection>()
  readonly #nextId: () => string
  readonly #context: ExchangeContext
  readonly #burst: Burst
  #inFlight = 0
  #sweeper: NodeJS.Timeout | undefined
  #sweptMs = 0
  #shedMs = -Infinity
  #stopped: Promise<void> | undefined

  constructor(options: HttpListenerOptions) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#clock = options.clock
    this.#nextId = createRequestIds(options.random)
    this.#context = {
      limits: this.#limits,
      clock: options.clock,
      isTrusted: createTrust(options.trustedProxies),
      stopping: false,
      ended: this.#ended,
    }
    this.#burst = new Burst(this.#report)
    this.#server = this.#createServer()
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  get connections(): number {
    return this.#connections.size
  }

  get inFlight(): number {
    return this.#inFlight
  }

  listen(): Promise<void> {
    const { host, port, reusePort = false } = this.#options
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port, reusePort, backlog: 1024 }, () => {
        this.#server.off('error', reject)
        this.#server.on('error', (error) => this.#options.onError?.(error, undefined))
        this.#sweptMs = this.#clock.monotonic()
        this.#sweeper = setInterval(this.#sweep, this.#limits.sweepSeconds * 1000).unref()
        resolve()
      })
    })
  }

  stop(deadlineSeconds: number): Promise<void> {
    return (this.#stopped ??= this.#stop(deadlineSeconds))
  }

  async #stop(deadlineSeconds: number): Promise<void> {
    this.#context.stopping = true
    const startedMs = this.#clock.monotonic()
    const poll = setInterval(() => {
      const nowMs = this.#clock.monotonic()
      const over = nowMs - startedMs >= deadlineSeconds * 1000
      for (const { socket } of this.#idleFor(over ? -Infinity : idleGraceSeconds)) socket.destroy()
      if (over) for (const socket of this.#connections.keys()) socket.destroy()
    }, stopPollMs)
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    clearInterval(poll)
    clearInterval(this.#sweeper)
  }

  #createServer(): Server {
    const { headerSizeMax, headersTimeoutSeconds, idleTimeoutSeconds, connectionsMax } = this.#limits
    const server = createServer({
      maxHeaderSize: headerSizeMax,
      headersTimeout: headersTimeoutSeconds * 1000,
      connectionsCheckingInterval: Math.ceil((headersTimeoutSeconds * 1000) / 4),
      // Large bodies may take hours; the rule of the minimum rate ends those that stand still.
      requestTimeout: 0,
      // One timer per socket does for both: see #onTimeout.
      keepAliveTimeout: 0,
      // Two Hosts then become `a, b`, which is no valid Host, and nothing is dropped silently.
      joinDuplicateHeaders: true,
      requireHostHeader: false,
      optimizeEmptyRequests: true,
      noDelay: true,
    })
    server.timeout = idleTimeoutSeconds * 1000
    server.maxConnections = connectionsMax
    // Counted by #faultOf; node would drop those in excess silently.
    server.maxHeadersCount = 0
    // close() calls it, and node's own would also close those whose answer is still on its way.
    server.closeIdleConnections = () => undefined
    server.on('connection', this.#onConnection)
    server.on('request', (message, response) => this.#onRequest(message, response, false, 0))
    server.on('checkContinue', (message, response) => this.#onRequest(message, response, true, 0))
    // Other expectations are passed over, as AWS does and RFC 9110 10.1.1 allows.
    server.on('checkExpectation', (message, response) => this.#onRequest(message, response, false, 0))
    server.on('clientError', this.#onClientError)
    server.on('timeout', this.#onTimeout)
    server.on('drop', this.#onDrop)
    return server
  }

  #onConnection = (socket: Socket): void => {
    const connection = new Connection(socket, this.#context)
    this.#connections.set(socket, connection)
    socket.on('close', () => {
      this.#connections.delete(socket)
      connection.closed()
    })
  }

  #onRequest(message: IncomingMessage, response: ServerResponse, awaits100: boolean, fault: number): void {
    const connection = this.#connections.get(message.socket)
    if (connection === undefined || connection.closing) return
    if (connection.exchanges.length >= this.#limits.pipelinedMax) return void connection.socket.destroy()
    const target = originForm(message.url!, message.headers.host)
    const nowMs = this.#clock.monotonic()
    const id = this.#nextId()
    const exchange = new Exchange(this.#context, connection, message, response, id, target ?? '/', awaits100, nowMs)
    connection.exchanges.push(exchange)
    connection.latest = exchange
    this.#inFlight++
    // The parser takes an upgrade for granted and drops what else came with it, so that nothing after it can be trusted.
    if (message.headers.upgrade !== undefined) exchange.closes = connection.closing = true
    const refusal = fault || this.#faultOf(exchange, target)
    if (refusal !== 0) refuse(exchange, refusal)
    else this.#handle(exchange)
  }

  #handle(exchange: Exchange): void {
    try {
      const answer = this.#options.handle(exchange)
      if (answer instanceof Promise) {
        answer.then(
          (settled) => this.#burst.add(exchange, settled),
          (error: unknown) => this.#failed(exchange, error),
        )
      } else this.#burst.add(exchange, answer)
    } catch (error) {
      this.#failed(exchange, error)
    }
  }

  /** The front threw, which it should not: it renders its own errors. */
  #failed(exchange: Exchange, error: unknown): void {
    if (exchange.gone || exchange.answered) return
    if (error instanceof ApiError) return sendPlain(exchange, error.status, error.message)
    this.#report(error, exchange)
    sendPlain(exchange, 500, 'Internal Server Error')
  }

  #report = (error: unknown, exchange: Exchange): void => this.#options.onError?.(error, exchange)

  /** The status that the request is refused with before any front sees it; 0 if it is sound. */
  #faultOf(exchange: Exchange, target: string | undefined): number {
    const { message, headers, host, connection, contentLength } = exchange
    if (message.httpVersionMajor !== 1) return 505
    if (message.rawHeaders.length > 2 * this.#limits.headerCountMax) return 431
    if (message.url!.length > this.#limits.targetSizeMax) return 414
    if (host !== connection.validHost || host === '') {
      const absent = headers['host'] === undefined && message.httpVersionMinor === 0
      if (!absent && parseHost(host) === undefined) return 400
      connection.validHost = host
    }
    if (target === undefined) return 400
    const coding = headers['transfer-encoding']
    if (coding !== undefined) {
      if (message.httpVersionMinor === 0) return 400
      if (coding.toLowerCase() !== 'chunked') return /[\s,]chunked$/i.test(coding) ? 501 : 400
    }
    return contentLength === undefined || Number.isSafeInteger(contentLength) ? 0 : 413
  }

  /** What came is no HTTP/1.1, or came too slowly; or the socket failed. */
  #onClientError = (error: Error & { code?: string }, stream: unknown): void => {
    const connection = this.#connections.get(stream as Socket)
    if (connection === undefined || connection.lingers) return
    const { socket, latest } = connection
    const status = faultStatuses[error.code ?? ''] ?? 400
    if (!socket.writable || socket.bytesRead === 0) {
      socket.destroy()
    } else if (latest !== undefined && !latest.response.writableFinished) {
      this.#endAfterLatest(connection, latest, status)
    } else {
      // After an answer, the fault is in what was left of its request's body, of which nobody wants to hear.
      if (latest === undefined || latest.message.complete) socket.write(plainAnswer(status))
      connection.linger(lingerAfterFaultSizeMax)
    }
  }

  /** The fault is in the last request's own body, or in what follows it: its answer is the last. */
  #endAfterLatest(connection: Connection, latest: Exchange, status: number): void {
    latest.closes = connection.closing = true
    if (latest.response.headersSent) latest.response.once('finish', () => connection.linger(lingerAfterFaultSizeMax))
    if (latest.message.complete) return
    latest.requestBody?.fail(new ApiError('IncompleteBody'))
    if (!latest.answered) refuse(latest, status)
  }

  /** Nothing went over the socket for a while: it is idle, or its client takes nothing, or a front is at work. */
  #onTimeout = (socket: Socket): void => {
    const connection = this.#connections.get(socket)
    if (connection === undefined || connection.exchanges.length === 0 || socket.writableLength > 0) socket.destroy()
  }

  #onDrop = (): void => {
    const nowMs = this.#clock.monotonic()
    if (nowMs - this.#shedMs < 1000) return
    this.#shedMs = nowMs
    for (const { socket } of this.#idleFor(idleShedSeconds)) socket.destroy()
  }

  #ended = (exchange: Exchange): void => {
    this.#inFlight--
    const nowMs = this.#clock.monotonic()
    exchange.connection.lastActiveMs = nowMs
    this.#options.onRequestEnd?.({
      request: exchange,
      status: exchange.status,
      bytesIn: exchange.bytesIn,
      bytesOut: exchange.bytesOut,
      durationMs: nowMs - exchange.startedMs,
      complete: exchange.complete,
    })
  }

  #sweep = (): void => {
    const nowMs = this.#clock.monotonic()
    // If we stood still ourselves, that is no fault of the clients'.
    const elapsedMs = Math.min(nowMs - this.#sweptMs, 2000 * this.#limits.sweepSeconds)
    this.#sweptMs = nowMs
    for (const connection of this.#connections.values()) connection.sweep(nowMs, elapsedMs)
  };

  *#idleFor(seconds: number): Iterable<Connection> {
    const beforeMs = this.#clock.monotonic() - seconds * 1000
    for (const connection of this.#connections.values()) {
      if (connection.idle && connection.lastActiveMs <= beforeMs) yield connection
    }
  }
}

const faultStatuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** For what never became a request. */
function plainAnswer(status: number): string {
  const text = `${STATUS_CODES[status]}\n`
  const headers = `Connection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}`
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n${text}`
}

/** Answers plainly and closes the connection: what follows a request in doubt cannot be trusted to be a request. */
function refuse(exchange: Exchange, status: number): void {
  exchange.closes = true
  sendPlain(exchange, status, STATUS_CODES[status]!)
}
