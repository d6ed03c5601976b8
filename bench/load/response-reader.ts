// Reads HTTP/1.1 responses (RFC 9112) off a socket, one at a time, without allocating for any of them.
//
// It knows only what a load generator needs: the status, how the body is framed (§6.3) and how long it was. A head that arrives whole,
// as almost all do, is parsed where it lies; a split one is gathered in a small buffer first.

const HEAD_SIZE_MAX = 64 * 1024

const IDLE = 0
const HEAD = 1
const LENGTH = 2
const UNTIL_CLOSE = 3
const CHUNK_SIZE = 4
const CHUNK_EXTENSION = 5
const CHUNK_BYTES = 6
const CHUNK_END = 7
const TRAILER = 8

const CR = 13
const LF = 10

/** What is told of each response. The bytes given to `body` are only good during the call. */
export interface ResponseListener {
  body?: ((bytes: Buffer) => void) | undefined
  end(status: number, bodyLength: number): void
}

export class ResponseReader {
  /** The head of the last response, kept only when `keepHead` is set. */
  head = ''
  keepHead = false
  /** True when the server said that it closes the connection after this response. */
  closing = false

  readonly #listener: ResponseListener
  readonly #gathered = Buffer.allocUnsafeSlow(HEAD_SIZE_MAX)
  #gatheredLength = 0
  #state = IDLE
  #status = 0
  #bodyless = false
  #remaining = 0
  #bodyLength = 0
  #contentLength = -1
  #chunked = false
  #lineLength = 0

  constructor(listener: ResponseListener) {
    this.#listener = listener
  }

  /** True while a response is awaited or under way. */
  get busy(): boolean {
    return this.#state !== IDLE
  }

  /** Expects one response; `bodyless` says that it answers a HEAD request. */
  expect(bodyless: boolean): void {
    if (this.#state !== IDLE) throw new Error('a response is still under way')
    this.#state = HEAD
    this.#bodyless = bodyless
    this.#gatheredLength = 0
  }

  /** Takes what the socket read: the first `length` bytes of `buffer`. Throws on anything that is not a response awaited. */
  read(buffer: Buffer, length: number): void {
    let position = 0
    while (position < length) {
      if (this.#state === HEAD) position = this.#readHead(buffer, position, length)
      else if (this.#state === LENGTH || this.#state === UNTIL_CLOSE)
        position = this.#readBytes(buffer, position, length)
      else if (this.#state === IDLE) throw new Error('bytes after the end of the response')
      else position = this.#readChunked(buffer, position, length)
    }
  }

  /** Tells that the server closed the connection; ends a body that is framed by that and returns whether the response is whole. */
  close(): boolean {
    if (this.#state === UNTIL_CLOSE) this.#finish()
    return this.#state === IDLE
  }

  /** Forgets a response that will never be whole. */
  reset(): void {
    this.#state = IDLE
  }

  #readHead(buffer: Buffer, start: number, end: number): number {
    if (this.#gatheredLength === 0) {
      const after = this.#parseHead(buffer, start, end)
      if (after >= 0) return this.#startBody(after)
    }
    // Only as much as the head may still take is gathered; what follows the head is read from where it lies.
    const before = this.#gatheredLength
    const taken = Math.min(end - start, HEAD_SIZE_MAX - before)
    if (taken === 0) throw new Error('the head of the response is too long')
    buffer.copy(this.#gathered, before, start, start + taken)
    this.#gatheredLength += taken
    const after = before === 0 ? -1 : this.#parseHead(this.#gathered, 0, this.#gatheredLength)
    return after < 0 ? start + taken : this.#startBody(start + after - before)
  }

  /** Parses a head that starts at `start`; returns the position after it, or −1 when it is not whole yet. */
  #parseHead(bytes: Buffer, start: number, end: number): number {
    this.#contentLength = -1
    this.#chunked = false
    this.closing = false
    let line = start
    for (let i = start; i < end; i++) {
      if (bytes[i] !== LF) continue
      if (i - line <= 1) {
        // HTTP/1.1 200: the three digits stand at 9.
        const digit = start + 9
        this.#status = (bytes[digit]! - 48) * 100 + (bytes[digit + 1]! - 48) * 10 + (bytes[digit + 2]! - 48)
        if (!(this.#status >= 100 && this.#status <= 599)) throw new Error('not an HTTP response')
        if (this.keepHead) this.head = bytes.toString('latin1', start, i + 1)
        return i + 1
      }
      const first = bytes[line]! | 0x20
      if (first === 0x63 || first === 0x74) this.#parseField(bytes, line, i)
      line = i + 1
    }
    return -1
  }

  /** Looks at one header field that starts with c or t: Content-Length, Connection: close, Transfer-Encoding: chunked. */
  #parseField(bytes: Buffer, line: number, end: number): void {
    if (bytes[line + 14] === 0x3a && (bytes[line + 8]! | 0x20) === 0x6c) {
      let value = 0
      for (let i = line + 15; i < end; i++) {
        const digit = bytes[i]! - 48
        if (digit >= 0 && digit <= 9) value = value * 10 + digit
      }
      this.#contentLength = value
    } else if (bytes[line + 10] === 0x3a && (bytes[line + 1]! | 0x20) === 0x6f) {
      let value = line + 11
      while (value < end && (bytes[value] === 0x20 || bytes[value] === 0x09)) value++
      // close or keep-alive: the first letter decides, and this is read for every response.
      this.closing = (bytes[value]! | 0x20) === 0x63
    } else if (bytes[line + 17] === 0x3a && (bytes[line + 1]! | 0x20) === 0x72) {
      this.#chunked = bytes.toString('latin1', line, end).toLowerCase().includes('chunked')
    }
  }

  /** Decides how the body is framed (RFC 9112 §6.3); returns the position it was given. */
  #startBody(position: number): number {
    this.#bodyLength = 0
    this.#gatheredLength = 0
    if (this.#status < 200) {
      this.#state = HEAD
    } else if (this.#bodyless || this.#status === 204 || this.#status === 304) {
      this.#finish()
    } else if (this.#chunked) {
      this.#state = CHUNK_SIZE
      this.#remaining = 0
    } else if (this.#contentLength < 0) {
      this.#state = UNTIL_CLOSE
    } else if (this.#contentLength === 0) {
      this.#finish()
    } else {
      this.#state = LENGTH
      this.#remaining = this.#contentLength
    }
    return position
  }

  #readBytes(buffer: Buffer, start: number, end: number): number {
    const taken = this.#state === UNTIL_CLOSE ? end - start : Math.min(end - start, this.#remaining)
    this.#bodyLength += taken
    if (this.#listener.body !== undefined) this.#listener.body(buffer.subarray(start, start + taken))
    if (this.#state === LENGTH) {
      this.#remaining -= taken
      if (this.#remaining === 0) this.#finish()
    }
    return start + taken
  }

  /** Reads chunked framing (RFC 9112 §7.1): sizes and line ends byte by byte, the bytes of a chunk at a stroke. */
  #readChunked(buffer: Buffer, start: number, end: number): number {
    if (this.#state === CHUNK_BYTES) {
      const taken = Math.min(end - start, this.#remaining)
      this.#bodyLength += taken
      this.#remaining -= taken
      if (this.#listener.body !== undefined) this.#listener.body(buffer.subarray(start, start + taken))
      if (this.#remaining === 0) this.#state = CHUNK_END
      return start + taken
    }
    const byte = buffer[start]!
    if (this.#state === TRAILER) {
      if (byte === LF) {
        if (this.#lineLength === 0) this.#finish()
        this.#lineLength = 0
      } else if (byte !== CR) this.#lineLength++
    } else if (byte === LF) {
      this.#endLine()
    } else if (this.#state === CHUNK_SIZE && byte !== CR) {
      const digit = hexDigit(byte)
      if (digit < 0) this.#state = CHUNK_EXTENSION
      else this.#remaining = this.#remaining * 16 + digit
    }
    return start + 1
  }

  #endLine(): void {
    if (this.#state === CHUNK_END) {
      this.#state = CHUNK_SIZE
      this.#remaining = 0
    } else if (this.#remaining === 0) {
      this.#state = TRAILER
      this.#lineLength = 0
    } else {
      this.#state = CHUNK_BYTES
    }
  }

  #finish(): void {
    this.#state = IDLE
    this.#listener.end(this.#status, this.#bodyLength)
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 0x20
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
