/** One client's HTTP/2 connection: the requests under way on it, and how it is kept from asking for more than its share. */
import { constants, type ServerHttp2Session } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { ExchangeContext } from './exchange.ts'
import { plainAddress } from './forwarded.ts'
import type { Http2Exchange } from './http2-exchange.ts'

const { NGHTTP2_ENHANCE_YOUR_CALM } = constants

export class Http2Connection {
  readonly remoteAddress: string
  readonly trusted: boolean
  /** Those whose stream is not closed. */
  readonly exchanges = new Set<Http2Exchange>()
  /** Of the clock's monotonic time. */
  lastActiveMs: number
  /** Requests that the front is at work on, whether or not their stream is still there. */
  underWay = 0
  /** A request has come. */
  asked = false
  readonly #session: ServerHttp2Session
  readonly #socket: TLSSocket
  readonly #context: ExchangeContext
  #controlFrames = 0
  #closedMs: number | undefined

  constructor(session: ServerHttp2Session, socket: TLSSocket, context: ExchangeContext) {
    this.#session = session
    this.#socket = socket
    this.#context = context
    this.lastActiveMs = context.clock.monotonic()
    this.remoteAddress = plainAddress(socket.remoteAddress ?? '')
    this.trusted = context.isTrusted(this.remoteAddress)
    // A client that breaks the protocol is told so by node, and is nobody's concern.
    session.on('error', () => undefined)
    session.on('ping', this.#countControlFrame)
    session.on('remoteSettings', this.#countControlFrame)
  }

  /**
   * Whether the front may be given one more request. Streams are bounded already; but work on a request whose stream the client has reset
   * goes on for a while, and counts.
   */
  admits(): boolean {
    if (this.underWay < 2 * this.#context.limits.streamsMax) return true
    this.#calm()
    return false
  }

  remove(exchange: Http2Exchange): void {
    this.exchanges.delete(exchange)
    this.lastActiveMs = this.#context.clock.monotonic()
  }

  /** Applies the rules about time; to be called every `elapsedMs`. */
  sweep(nowMs: number, elapsedMs: number): void {
    const { controlFramesPerSecond, idleTimeoutSeconds, lingerSeconds, sweepSeconds } = this.#context.limits
    for (const exchange of this.exchanges) exchange.sweep(nowMs, elapsedMs)
    const allowed = controlFramesPerSecond * Math.max(sweepSeconds, elapsedMs / 1000)
    if (this.#controlFrames > allowed) this.#calm()
    this.#controlFrames = 0
    if (this.#closedMs !== undefined) {
      if (this.exchanges.size === 0 && nowMs - this.#closedMs >= lingerSeconds * 1000) this.cut()
    } else if (this.exchanges.size === 0 && nowMs - this.lastActiveMs >= idleTimeoutSeconds * 1000) this.close()
  }

  /**
   * Takes no more requests, and closes when those under way are answered. GOAWAY tells the client which came too late, so that it can ask
   * again elsewhere (RFC 9113 6.8).
   */
  close(): void {
    this.#closedMs ??= this.#context.clock.monotonic()
    // One that never asked may never have spoken HTTP/2 at all, and would not be heard to say goodbye.
    if (!this.asked) this.#session.destroy()
    else if (!this.#session.closed) this.#session.close()
  }

  /** Ends everything at once, in a way that cannot be taken for the end of an answer. */
  cut(): void {
    this.#socket.destroy()
  }

  /** Too many of anything: ends the connection, saying so. */
  #calm(): void {
    this.#session.destroy(new Error('the client asks for too much'), NGHTTP2_ENHANCE_YOUR_CALM)
  }

  #countControlFrame = (): void => {
    if (++this.#controlFrames > 10 * this.#context.limits.controlFramesPerSecond) this.#calm()
  }
}
