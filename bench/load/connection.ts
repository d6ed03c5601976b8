// One keep-alive connection of the load generator: raw socket, one reused read buffer, one request in flight.

import { connect, type Socket } from 'node:net'
import { ResponseReader, type ResponseListener } from './response-reader.ts'

/** Where requests go, by plain HTTP. */
export interface Target {
  host: string
  port: number
}

/** A request ready to be written: the head, perhaps with a small body behind it, and a larger body apart. */
export interface WireRequest {
  bytes: Buffer
  body?: Buffer | undefined
  /** True for HEAD, whose answer has no body. */
  bodyless?: boolean | undefined
}

/** Told of the end of each response; `status` is 0 when the connection broke or the answer was not HTTP. */
export type Answered = (status: number, bodyLength: number) => void

/** Servers keep idle connections for 5 s (node:http) or more. */
const IDLE_MILLISECONDS_MAX = 2000

export class Connection {
  /** How often the socket had to be opened. */
  opened = 0
  /** What broke the connection last. */
  fault = ''

  readonly reader: ResponseReader
  readonly #target: Target
  readonly #buffer: Buffer
  readonly #listener: ResponseListener
  #socket: Socket | undefined
  #answered: Answered | undefined
  #answeredAt = 0

  /** `bufferSize` is how many bytes one read may bring. */
  constructor(target: Target, bufferSize: number) {
    this.#target = target
    this.#buffer = Buffer.allocUnsafeSlow(bufferSize)
    this.#listener = { end: (status, bodyLength) => this.#end(status, bodyLength) }
    this.reader = new ResponseReader(this.#listener)
  }

  /** Who is told of each piece of a body, which is good only during the call. Nobody: the pieces are only counted. */
  set onBody(body: ((bytes: Buffer) => void) | undefined) {
    this.#listener.body = body
  }

  /** Opens the socket; `send` does so by itself when there is none. */
  async open(): Promise<void> {
    const socket = this.#connect()
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
  }

  /** Sends one request; `answered` is called once, from the socket's own callback, and may send the next. */
  send(request: WireRequest, answered: Answered): void {
    this.#answered = answered
    this.reader.expect(request.bodyless === true)
    const socket = this.#socket ?? this.#connect()
    if (request.body === undefined) {
      socket.write(request.bytes)
    } else {
      socket.cork()
      socket.write(request.bytes)
      socket.write(request.body)
      socket.uncork()
    }
  }

  /** Sends a head and then a body that is made piece by piece; each piece is awaited before the next is asked for. */
  async sendStream(head: Buffer, pieces: Iterable<Buffer>): Promise<{ status: number; bodyLength: number }> {
    return new Promise((resolve) => {
      this.send({ bytes: head }, (status, bodyLength) => resolve({ status, bodyLength }))
      void this.#writeAll(pieces)
    })
  }

  /** Drops a socket that has been idle for so long that the server may be closing it at this moment. */
  freshen(): void {
    if (performance.now() - this.#answeredAt > IDLE_MILLISECONDS_MAX) this.close()
  }

  close(): void {
    this.#answered = undefined
    this.#socket?.destroy()
    this.#socket = undefined
  }

  async #writeAll(pieces: Iterable<Buffer>): Promise<void> {
    for (const piece of pieces) {
      const socket = this.#socket
      if (socket === undefined || !this.reader.busy) return
      await new Promise<void>((resolve) => socket.write(piece, () => resolve()))
    }
  }

  #connect(): Socket {
    const socket = connect({
      host: this.#target.host,
      port: this.#target.port,
      noDelay: true,
      onread: {
        buffer: this.#buffer,
        callback: (length) => {
          if (socket === this.#socket) this.#read(length)
          return true
        },
      },
    })
    this.opened++
    this.#socket = socket
    socket.on('error', (error) => {
      this.fault = error.message
    })
    socket.on('close', () => {
      if (socket === this.#socket) this.#broken(this.fault === '' ? 'closed by the server' : this.fault)
    })
    return socket
  }

  #read(length: number): void {
    try {
      this.reader.read(this.#buffer, length)
    } catch (error) {
      this.#socket?.destroy()
      this.#broken(String(error))
    }
  }

  #end(status: number, bodyLength: number): void {
    this.#answeredAt = performance.now()
    if (this.reader.closing) {
      this.#socket?.destroy()
      this.#socket = undefined
    }
    const answered = this.#answered
    this.#answered = undefined
    answered?.(status, bodyLength)
  }

  /** Tells the waiting request, if there is one, that it will not be answered. */
  #broken(fault: string): void {
    this.#socket = undefined
    this.fault = fault
    const whole = this.reader.close()
    const answered = this.#answered
    this.#answered = undefined
    if (!whole) this.reader.reset()
    answered?.(0, 0)
  }
}
