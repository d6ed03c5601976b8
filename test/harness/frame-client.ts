/** A client of HTTP/2 that sends exactly the frames it is told to, for requests that no HTTP library would send. */
import type { TLSSocket } from 'node:tls'
import { TlsReader } from './tls-reader.ts'

export const frameType = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, window: 8, continuation: 9 }
const { data, headers, reset, settings, goaway, continuation, window: windowUpdate } = frameType
const frameSizeMax = 16_384

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export const endStream = 1
export const endHeaders = 4

/** Sends frames one by one, says nothing of its own accord but its preface, and keeps what comes. */
export class FrameClient extends TlsReader<Frame[]> {
  #bytes: Buffer = Buffer.alloc(0)

  constructor(socket: TLSSocket, ahead: readonly (readonly [id: number, value: number])[] = []) {
    super(socket, [], (bytes) => this.#take(bytes))
    const pairs = ahead.flatMap(([id, value]) => [id >> 8, id & 255, 0, 0, value >> 8, value & 255])
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    this.frame(settings, 0, 0, Buffer.from(pairs))
  }

  frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): this {
    this.socket.write(Buffer.concat([frameHead(payload.length, type, flags, stream), payload]))
    return this
  }

  /** Names and values as they are; the pseudo-header fields of a GET first, which `fields` may override by name. */
  request(stream: number, fields: readonly (readonly [string, string])[] = [], flags: number = endStream): this {
    const block = fieldBlock(fields)
    const rest = block.length > frameSizeMax
    this.frame(headers, flags | (rest ? 0 : endHeaders), stream, block.subarray(0, frameSizeMax))
    for (let at = frameSizeMax; at < block.length; at += frameSizeMax) {
      const last = at + frameSizeMax >= block.length
      this.frame(continuation, last ? endHeaders : 0, stream, block.subarray(at, at + frameSizeMax))
    }
    return this
  }

  data(stream: number, bytes: string | Uint8Array, flags = 0): this {
    return this.frame(data, flags, stream, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  reset(stream: number, code: number): this {
    return this.frame(reset, 0, stream, word(code))
  }

  /** Lets the server send that many bytes more. */
  allow(stream: number, size: number): this {
    return this.frame(windowUpdate, 0, stream, word(size))
  }

  framesOf(stream: number): Frame[] {
    return this.received.filter((frame) => frame.stream === stream)
  }

  /** The error code with which the stream was reset. */
  resetOf(stream: number): number | undefined {
    return this.framesOf(stream)
      .find(({ type }) => type === reset)
      ?.payload.readUInt32BE(0)
  }

  /** The error code of the last GOAWAY. */
  get goaway(): number | undefined {
    return this.received.findLast(({ type }) => type === goaway)?.payload.readUInt32BE(4)
  }

  /** Whether the server has ended the stream as one that is whole. */
  isWhole(stream: number): boolean {
    return this.framesOf(stream).some(({ type, flags }) => type <= headers && (flags & endStream) !== 0)
  }

  bodyOf(stream: number): Buffer {
    return Buffer.concat(
      this.framesOf(stream)
        .filter(({ type }) => type === data)
        .map(({ payload }) => payload),
    )
  }

  #take(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    while (this.#bytes.length >= 9) {
      const end = 9 + this.#bytes.readUIntBE(0, 3)
      if (this.#bytes.length < end) return
      const [type, flags] = [this.#bytes[3]!, this.#bytes[4]!]
      const stream = this.#bytes.readUInt32BE(5)
      this.received.push({ type, flags, stream, payload: this.#bytes.subarray(9, end) })
      this.#bytes = this.#bytes.subarray(end)
    }
  }
}

function frameHead(size: number, type: number, flags: number, stream: number): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(size, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return head
}

export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** HPACK (RFC 7541 6.2.2) at its plainest: literals that no table keeps. A pseudo-header field with the value '' is left out. */
export function fieldBlock(fields: readonly (readonly [string, string])[]): Buffer {
  const pseudo = new Map([
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', 'a.com'],
    [':path', '/'],
  ])
  for (const [name, value] of fields) if (name.startsWith(':')) pseudo.set(name, value)
  const all = [...[...pseudo].filter(([, value]) => value !== ''), ...fields.filter(([name]) => !name.startsWith(':'))]
  return Buffer.concat(all.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]))
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes])
  const size = [127]
  let rest = bytes.length - 127
  for (; rest >= 128; rest >>= 7) size.push((rest & 127) | 128)
  return Buffer.concat([Buffer.from([...size, rest]), bytes])
}
