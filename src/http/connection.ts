/** One client's connection: the exchanges under way on it, and how it is brought to its end without the last answer being lost. */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Exchange, ExchangeContext } from './exchange.ts'
import { plainAddress } from './forwarded.ts'

export class Connection {
  readonly socket: Socket
  readonly remoteAddress: string
  readonly secure: boolean
  readonly trusted: boolean
  /** Those whose answer is not yet wholly handed to the socket, in the order of their requests. */
  readonly exchanges: Exchange[] = []
  /** The last one of all. */
  latest: Exchange | undefined
  /** The Host last found valid: it is the same on nearly every request of a connection. */
  validHost = ''
  /** No further request is served: an answer has said `Connection: close`, or what came was no HTTP. */
  closing = false
  /** Of the clock's monotonic time. */
  lastActiveMs: number
  readonly #context: ExchangeContext
  #linger: { sinceMs: number; readBefore: number; sizeMax: number } | undefined
  #drain: { exchange: Exchange; sinceMs: number } | undefined

  constructor(socket: Socket, context: ExchangeContext) {
    this.socket = socket
    this.#context = context
    this.lastActiveMs = context.clock.monotonic()
    this.remoteAddress = plainAddress(socket.remoteAddress ?? '')
    this.secure = (socket as Partial<TLSSocket>).encrypted === true
    this.trusted = context.isTrusted(this.remoteAddress)
  }

  /** Neither a request being answered nor an answer still on its way. */
  get idle(): boolean {
    return this.exchanges.length === 0 && this.socket.writableLength === 0
  }

  /** Its last answer is sent; what still comes is thrown away. */
  get lingers(): boolean {
    return this.#linger !== undefined
  }

  remove(exchange: Exchange): void {
    const at = this.exchanges.indexOf(exchange)
    if (at >= 0) this.exchanges.splice(at, 1)
  }

  /** The rest of the exchange's request body, which is small, is thrown away, within limits, so that the connection can be used again. */
  drain(exchange: Exchange): void {
    this.#drain = { exchange, sinceMs: this.#context.clock.monotonic() }
  }

  /**
   * Sends what is written and the end of the stream, then reads on and throws away until the client closes or the limits are met. Closing
   * at once, with bytes unread, would make the kernel send RST, and the client lose the answer.
   */
  linger(sizeMax: number = this.#context.limits.lingerSizeMax): void {
    this.closing = true
    if (this.#linger !== undefined || this.socket.destroyed) return
    this.#linger = { sinceMs: this.#context.clock.monotonic(), readBefore: this.socket.bytesRead, sizeMax }
    this.socket.end()
    this.latest?.discardBody()
  }

  /** Cuts it in a way that cannot be taken for the end of an answer. */
  cut(): void {
    // A TLS client sees that by the missing close_notify.
    if (this.secure) this.socket.destroy()
    else this.socket.resetAndDestroy()
  }

  /** Applies the rules about time; to be called every `elapsedMs`. */
  sweep(nowMs: number, elapsedMs: number): void {
    const { lingerSeconds, drainSeconds } = this.#context.limits
    for (const exchange of this.exchanges) exchange.requestBody?.sweep(elapsedMs)
    if (this.#linger !== undefined) {
      const { sinceMs, readBefore, sizeMax } = this.#linger
      const over = nowMs - sinceMs >= lingerSeconds * 1000
      if (over || this.socket.bytesRead - readBefore > sizeMax) this.socket.destroy()
    } else if (this.#drain !== undefined) {
      if (this.#drain.exchange.message.complete) this.#drain = undefined
      else if (nowMs - this.#drain.sinceMs >= drainSeconds * 1000) this.socket.destroy()
    }
  }

  /** The socket has closed. */
  closed(): void {
    for (const exchange of this.exchanges.splice(0)) exchange.clientGone()
  }
}
