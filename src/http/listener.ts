/**
 * The listener of every front: node:http with what it leaves open closed. It admits only requests whose framing, Host and target are
 * beyond doubt, gives each an id, hands it to the front, sends the answer, and bounds sizes, times and connections.
 */
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Burst } from './burst.ts'
import { Connection } from './connection.ts'
import { type Ended, Exchange, type ExchangeContext } from './exchange.ts'
import { createTrust } from './forwarded.ts'
import { parseHost } from './hosts.ts'
import { Http2Server } from './http2-server.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { HttpRequest, HttpResponse } from './message.ts'
import { createNodeServer } from './node-server.ts'
import { createRequestIds } from './request-id.ts'
import { originForm } from './request-target.ts'
import { sendPlain } from './send.ts'
import { TlsAcceptor } from './tls-acceptor.ts'
import type { TlsOptions } from './tls-context.ts'

export interface HttpListenerOptions {
  readonly host: string
  /** 0 for one that is free. */
  readonly port: number
  /** Speaks TLS only, with these certificates; without it, plain HTTP/1.1. */
  readonly tls?: TlsOptions | undefined
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
  /** `http://127.0.0.1:9000`, or `https://…`; after listen(). */
  readonly url: string
  readonly port: number
  /** Open connections, those whose TLS handshake is under way included. */
  readonly connections: number
  /** TLS handshakes that failed so far. */
  readonly handshakesFailed: number
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
const settleTurns = 10
/** Bytes read on after something that was no HTTP. */
const lingerAfterFaultSizeMax = 256 * 1024

class NodeHttpListener implements HttpListener {
  readonly #options: HttpListenerOptions
  readonly #limits: Limits
  readonly #clock: Clock
  /** Speaks HTTP/1.1; takes connections from #entry. */
  readonly #server: Server
  /** What listens. */
  readonly #entry: NetServer
  readonly #tls: TlsAcceptor | undefined
  readonly #http2: Http2Server | undefined
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
    if (options.tls !== undefined) {
      this.#tls = this.#createAcceptor(options.tls)
      this.#http2 = this.#createHttp2()
    }
    this.#entry = this.#tls?.server ?? this.#server
    this.#entry.maxConnections = this.#limits.connectionsMax
    this.#entry.on('drop', this.#onDrop)
  }

  get port(): number {
    return (this.#entry.address() as AddressInfo).port
  }

  get url(): string {
    const { address, family, port } = this.#entry.address() as AddressInfo
    return `${this.#tls === undefined ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  get connections(): number {
    return this.#connections.size + (this.#tls?.handshaking ?? 0) + (this.#http2?.connections ?? 0)
  }

  get handshakesFailed(): number {
    return this.#tls?.failed ?? 0
  }

  get inFlight(): number {
    return this.#inFlight
  }

  listen(): Promise<void> {
    const { host, port, reusePort = false } = this.#options
    return new Promise((resolve, reject) => {
      this.#entry.once('error', reject)
      this.#entry.listen({ host, port, reusePort, backlog: 1024 }, () => {
        this.#entry.off('error', reject)
        this.#entry.on('error', (error) => this.#options.onError?.(error, undefined))
        // It looks after the time for headers from then on, also of connections that it did not accept itself.
        if (this.#entry !== this.#server) this.#server.emit('listening')
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
      this.#tls?.cut(over ? Infinity : nowMs - idleGraceSeconds * 1000)
      this.#http2?.close()
      if (over) for (const socket of this.#connections.keys()) socket.destroy()
      if (over) this.#http2?.cut()
    }, stopPollMs)
    await new Promise<void>((resolve) => this.#entry.close(() => resolve()))
    if (this.#entry !== this.#server) this.#server.close()
    // TLS sockets learn of their end a little later than what they stand on.
    for (let turn = 0; turn < settleTurns && this.connections > 0; turn++) await new Promise(setImmediate)
    clearInterval(poll)
    clearInterval(this.#sweeper)
  }

  #createServer(): Server {
    const server = createNodeServer(this.#limits)
    server.on('connection', this.#onConnection)
    server.on('request', (message, response) => this.#onRequest(message, response, false, 0))
    server.on('checkContinue', (message, response) => this.#onRequest(message, response, true, 0))
    // Other expectations are passed over, as AWS does and RFC 9110 10.1.1 allows.
    server.on('checkExpectation', (message, response) => this.#onRequest(message, response, false, 0))
    server.on('clientError', this.#onClientError)
    server.on('timeout', this.#onTimeout)
    return server
  }

  #createAcceptor(tls: TlsOptions): TlsAcceptor {
    return new TlsAcceptor({
      ...{ tls, clock: this.#clock, handshakeTimeoutSeconds: this.#limits.handshakeTimeoutSeconds },
      secured: (socket: TLSSocket) => {
        if (socket.alpnProtocol === 'h2') this.#http2!.accept(socket)
        else this.#server.emit('connection', socket)
      },
      onError: (error) => this.#options.onError?.(error, undefined),
    })
  }

  #createHttp2(): Http2Server {
    return new Http2Server({
      ...{ context: this.#context, nextId: this.#nextId, report: this.#report },
      handle: (request) => this.#options.handle(request),
      began: () => void this.#inFlight++,
    })
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

  #report = (error: unknown, request: HttpRequest): void => this.#options.onError?.(error, request)

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
    this.#http2?.shed(nowMs - idleShedSeconds * 1000)
  }

  #ended = (exchange: Ended): void => {
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
    this.#tls?.sweep(nowMs)
    this.#http2?.sweep(nowMs, elapsedMs)
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
