/** The receiving end of a TLS connection of a test, which waits for what is to come. */
import type { TLSSocket } from 'node:tls'

/** Waits for what comes true on the other side, and throws where it does not. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5000; turn++) {
    if (condition()) return
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  throw new Error(`never true: ${String(condition)}`)
}

/** Collects what comes, in the form that `take` gives it, and waits for it. */
export class TlsReader<Received> {
  received: Received
  /** The connection has been closed, from either side. */
  closed = false
  /** With which code it failed, if it did. */
  failure: string | undefined
  /** The server has said that it sends no more. */
  ended = false
  readonly socket: TLSSocket
  #wake: () => void = () => undefined

  constructor(socket: TLSSocket, received: Received, take: (bytes: Buffer) => void) {
    this.socket = socket
    this.received = received
    const note = (change: () => void) => () => {
      change()
      this.#wake()
    }
    socket.on('data', (bytes: Buffer) => note(() => take(bytes))())
    socket.on(
      'end',
      note(() => (this.ended = true)),
    )
    socket.on(
      'close',
      note(() => (this.closed = true)),
    )
    socket.on('error', (error: NodeJS.ErrnoException) => note(() => (this.failure = error.code))())
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.closed) throw new Error(`closed (${this.failure ?? 'cleanly'}) after ${JSON.stringify(this.received)}`)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
