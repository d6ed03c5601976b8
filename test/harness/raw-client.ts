/** A client that sends exactly the bytes it is told to, for requests that no HTTP library would send. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** Latin-1; as framed by content-length or by chunks. */
  readonly body: string
}

export class RawClient {
  readonly socket: Socket
  /** All that came and was not taken by answer(), in Latin-1. */
  received = ''
  /** The server has sent the end of the stream. */
  ended = false
  /** The connection has been closed, from either side. */
  closed = false
  /** With which code the connection failed, if it did: ECONNRESET. */
  failure: string | undefined
  #wake: () => void = () => undefined

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes: Buffer) => this.#note(() => (this.received += bytes.toString('latin1'))))
    socket.on('end', () => this.#note(() => (this.ended = true)))
    socket.on('close', () => this.#note(() => (this.closed = true)))
    socket.on('error', (error: NodeJS.ErrnoException) => this.#note(() => (this.failure = error.code)))
  }

  /** `readsNothing`: takes no byte until the socket is resumed. */
  static async connect(port: number, options: { readonly readsNothing?: boolean } = {}): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    await once(socket, 'connect')
    const client = new RawClient(socket)
    if (options.readsNothing) socket.pause()
    return client
  }

  /** Bytes of a string are Latin-1. */
  send(bytes: string | Uint8Array): this {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    return this
  }

  /** Resolves when what is known of the connection makes the condition true; rejects when it is closed and it is not. */
  async until(condition: (client: this) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.closed) throw new Error(`closed (${this.failure ?? 'cleanly'}) after ${JSON.stringify(this.received)}`)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** The next answer. `bodiless` where the request was HEAD. */
  async answer({ bodiless = false } = {}): Promise<RawAnswer> {
    await this.until(() => this.received.includes('\r\n\r\n') || this.ended)
    const headEnd = this.received.indexOf('\r\n\r\n')
    if (headEnd < 0) throw new Error(`no answer but ${JSON.stringify(this.received)}`)
    const [statusLine = '', ...lines] = this.received.slice(0, headEnd).split('\r\n')
    const headers = new Map(lines.map((line) => split(line)))
    const status = Number(statusLine.split(' ')[1])
    this.received = this.received.slice(headEnd + 4)
    const size =
      bodiless || status < 200 || status === 204 || status === 304 ? 0 : Number(headers.get('content-length') ?? 0)
    await this.until(() => this.received.length >= size)
    const body = this.received.slice(0, size)
    this.received = this.received.slice(size)
    return { status, headers, body }
  }

  /** All that comes until the server has sent the end of the stream. */
  async rest(): Promise<string> {
    await this.until(() => this.ended || this.closed)
    return this.received
  }

  close(): void {
    this.socket.destroy()
  }

  #note(change: () => void): void {
    change()
    this.#wake()
  }
}

function split(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}
