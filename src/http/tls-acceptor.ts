/**
 * Accepts TCP connections and makes TLS of them. tls.Server would do, but has one certificate for clients that send no server name, and
 * lets nobody write to a connection whose handshake fails: here such a client gets the alert, or the plain answer, that says why.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import type { Clock } from '../base/clock.ts'
import { createBareContext, type TlsOptions } from './tls-context.ts'

interface TlsAcceptorOptions {
  readonly tls: TlsOptions
  readonly clock: Clock
  readonly handshakeTimeoutSeconds: number
  /** The handshake is done; who takes the socket looks after its errors from now on. */
  secured(socket: TLSSocket): void
  /** Told of what contextFor threw; not of handshakes that fail, which any port scan makes. */
  onError(error: unknown): void
}

interface Handshake {
  readonly raw: Socket
  readonly startedMs: number
}

type SniCallback = (error: Error | null, context?: SecureContext) => void

export class TlsAcceptor {
  /** What listens. */
  readonly server: Server
  /** Handshakes that failed or were given up so far. */
  failed = 0
  readonly #options: TlsAcceptorOptions
  readonly #bare: SecureContext
  readonly #protocols: readonly string[]
  readonly #handshakes = new Set<Handshake>()

  constructor(options: TlsAcceptorOptions) {
    this.#options = options
    this.#bare = createBareContext(options.tls.ticketKeys)
    this.#protocols = (options.tls.http2 ?? true) ? ['h2', 'http/1.1'] : ['http/1.1']
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, this.#accept)
  }

  /** Handshakes under way. */
  get handshaking(): number {
    return this.#handshakes.size
  }

  /** Gives up handshakes that have taken too long. */
  sweep(nowMs: number): void {
    this.cut(nowMs - this.#options.handshakeTimeoutSeconds * 1000)
  }

  /** Gives up the handshakes that began before a moment of the clock's monotonic time. */
  cut(beforeMs: number): void {
    for (const { raw, startedMs } of this.#handshakes) if (startedMs <= beforeMs) raw.destroy()
  }

  #accept = (raw: Socket): void => {
    const handshake = { raw, startedMs: this.#options.clock.monotonic() }
    this.#handshakes.add(handshake)
    // Errors are the TLS socket's to tell; before there is one, the end of the connection says enough.
    raw.on('error', () => undefined)
    raw.once('close', () => this.#settle(handshake, false))
    let context: ReturnType<TlsOptions['contextFor']>
    try {
      context = this.#options.tls.contextFor(undefined)
    } catch (error) {
      return this.#fail(raw, error)
    }
    if (!(context instanceof Promise)) return this.#shake(handshake, context)
    context.then(
      (settled) => this.#shake(handshake, settled),
      (error: unknown) => this.#fail(raw, error),
    )
  }

  /** `nameless` is for a client that sends no server name. */
  #shake(handshake: Handshake, nameless: SecureContext | undefined): void {
    const { raw } = handshake
    if (raw.destroyed) return
    const socket = new TLSSocket(raw, {
      isServer: true,
      secureContext: this.#bare,
      ALPNProtocols: [...this.#protocols],
      SNICallback: (name, answer) => this.#choose(raw, name, answer),
    })
    if (nameless !== undefined) socket.setKeyCert(nameless)
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'ERR_SSL_HTTP_REQUEST') raw.write(plainHttpAnswer)
      socket.destroy()
    }
    const ended = (): void => void socket.destroy()
    socket.on('error', failed)
    socket.on('end', ended)
    socket.once('secure', () => {
      if (socket.destroyed) return
      this.#settle(handshake, true)
      socket.off('error', failed)
      // Its close says all that matters, and may come after those who listen have left.
      socket.on('error', () => undefined)
      socket.off('end', ended)
      // As a tls.Server does, which node:http2 relies on.
      Object.assign(socket, { secureConnecting: false })
      // A TLS socket that was not made by a tls.Server tells faults in later records in this way alone.
      socket.on('_tlsError' as 'error', () => socket.destroy())
      this.#options.secured(socket)
    })
  }

  #choose(raw: Socket, name: string, answer: SniCallback): void {
    const chosen = (context: SecureContext | undefined): void => {
      if (context === undefined) refuse(raw, unrecognizedName)
      else answer(null, context)
    }
    try {
      const context = this.#options.tls.contextFor(name.toLowerCase())
      if (context instanceof Promise) context.then(chosen).catch((error: unknown) => this.#fail(raw, error))
      else chosen(context)
    } catch (error) {
      this.#fail(raw, error)
    }
  }

  #fail(raw: Socket, error: unknown): void {
    this.#options.onError(error)
    refuse(raw, internalError)
  }

  #settle(handshake: Handshake, secured: boolean): void {
    if (this.#handshakes.delete(handshake) && !secured) this.failed++
  }
}

/** Fatal alerts (RFC 8446 6), which before the server's first flight go unencrypted. */
const alert = (description: number): Uint8Array => Buffer.from([0x15, 3, 3, 0, 2, 2, description])
const unrecognizedName = alert(112)
const internalError = alert(80)

/** For a client that speaks plain HTTP to this port. */
const plainHttpText = 'This port speaks HTTPS: ask for https://.\n'
const plainHttpAnswer = `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${plainHttpText.length}\r\n\r\n${plainHttpText}`

/** Sends the alert and closes. */
function refuse(raw: Socket, bytes: Uint8Array): void {
  if (!raw.destroyed) raw.write(bytes, () => raw.destroy())
}
