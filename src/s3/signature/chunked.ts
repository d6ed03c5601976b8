/**
 * Decodes aws-chunked bodies ("Transferring payload in multiple chunks"): lines `size;chunk-signature=…`, each followed by so many bytes
 * of content, and at the end a chunk of no bytes, and in some modes a trailer.
 *
 * Content is passed on as it arrives, in slices of what was received, so that memory does not grow with the size of a chunk: a chunk of
 * 16 MiB is not held back until its signature has been checked. What is promised instead is that the last slice comes only after all
 * signatures, lengths and trailers have been found right; before that the stream throws. So whoever makes an object only of a stream
 * that has ended makes none of a body that was tampered with.
 */
import { createHash, hash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { ApiError } from '../../base/errors.ts'
import { sign } from './canonical-request.ts'
import { emptySha256 } from './payload-mode.ts'
import type { ChunkSigning } from './payload-mode.ts'
import { sameSignature } from './same-signature.ts'
import { TrailerReader } from './trailer.ts'
import type { Trailers } from './trailer.ts'

export interface ChunkedOptions {
  /** Bytes of content, as declared. */
  readonly size: number
  /** Given where chunks are signed. */
  readonly signing: ChunkSigning | undefined
  /** The names of the trailer's headers; undefined where the mode has no trailer. */
  readonly trailer: readonly string[] | undefined
  /** Bytes that every chunk but the last must have: AWS demands 8,192. */
  readonly chunkSizeMin: number
}

/** Bytes of a line, a chunk's header or a trailer's. */
const lineSizeMax = 1024
const trailerSizeMax = 8192
const signatureAttribute = ';chunk-signature='
const [lineFeed, carriageReturn] = [0x0a, 0x0d]

const incompleteBody = (): ApiError => new ApiError('IncompleteBody', 'The request body terminated unexpectedly')

/** Each state is what the next byte belongs to. */
type State = 'header' | 'content' | 'content-end' | 'trailer' | 'end' | 'done'

export class ChunkedDecoder {
  readonly #options: ChunkedOptions
  readonly #trailer: TrailerReader
  #state: State = 'header'
  /** The beginning of a line that continues in the next piece. */
  #line: Buffer = Buffer.alloc(0)
  #chunkIndex = 0
  #chunkSize = 0
  /** Bytes of the chunk yet to come. */
  #chunkLeft = 0
  /** Bytes of content yet to come. */
  #sizeLeft: number
  #chunkHash: Hash | undefined
  #chunkSha256 = emptySha256
  #chunkSignature = ''
  #previousSignature: string
  #trailerSize = 0
  #trailers: Trailers | undefined

  constructor(options: ChunkedOptions) {
    this.#options = options
    this.#sizeLeft = options.size
    this.#previousSignature = options.signing?.seed ?? ''
    this.#trailer = new TrailerReader(options.trailer ?? [])
  }

  /** What the trailer said; undefined before the end. */
  get trailers(): Trailers | undefined {
    return this.#trailers
  }

  /** The content of a body. */
  async *decode(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    let last: Uint8Array | undefined
    for await (const piece of body) {
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
      let position = 0
      while (position < bytes.length) {
        if (this.#state !== 'content') {
          position = this.#readFrame(bytes, position)
          continue
        }
        const slice = bytes.subarray(position, position + this.#chunkLeft)
        position += slice.length
        this.#readContent(slice)
        if (this.#sizeLeft > 0) yield slice
        else last = slice
      }
    }
    if (this.#state !== 'done') throw incompleteBody()
    if (last !== undefined) yield last
  }

  /** Reads one line, or a part of it, and answers where it ends. */
  #readFrame(bytes: Buffer, start: number): number {
    if (this.#state === 'done') throw incompleteBody() // Something follows the end.
    const end = bytes.indexOf(lineFeed, start)
    const part = bytes.subarray(start, end < 0 ? bytes.length : end)
    if (this.#line.length + part.length > lineSizeMax) {
      throw this.#state === 'trailer' ? new ApiError('MalformedTrailerError') : incompleteBody()
    }
    if (end < 0) {
      this.#line = Buffer.concat([this.#line, part])
      return bytes.length
    }
    const line = this.#line.length === 0 ? part : Buffer.concat([this.#line, part])
    if (this.#line.length > 0) this.#line = Buffer.alloc(0)
    this.#readLine(line)
    return end + 1
  }

  #readLine(bytes: Buffer): void {
    const returned = bytes.length > 0 && bytes[bytes.length - 1] === carriageReturn
    const line = bytes.toString('latin1', 0, returned ? bytes.length - 1 : bytes.length)
    if (this.#state === 'trailer') {
      this.#readTrailer(line)
      return
    }
    if (!returned) throw incompleteBody()
    if (this.#state === 'header') {
      this.#readHeader(line)
      return
    }
    if (line !== '') throw incompleteBody()
    if (this.#state === 'content-end') this.#state = 'header'
    else this.#finish()
  }

  /** `10000;chunk-signature=ad80c730…` */
  #readHeader(line: string): void {
    const { signing, chunkSizeMin, trailer } = this.#options
    const semicolon = line.indexOf(';')
    const size = parseSize(semicolon < 0 ? line : line.slice(0, semicolon))
    if (size === undefined || size > this.#sizeLeft) throw incompleteBody()
    if (size > 0 && this.#chunkIndex > 0 && this.#chunkSize < chunkSizeMin) {
      throw new ApiError('InvalidChunkSizeError', undefined, {
        details: { Chunk: String(this.#chunkIndex), BadChunkSize: String(this.#chunkSize) },
      })
    }
    if (signing !== undefined) {
      if (semicolon < 0 || !line.startsWith(signatureAttribute, semicolon)) throw incompleteBody()
      this.#chunkSignature = line.slice(semicolon + signatureAttribute.length)
    }
    this.#chunkIndex++
    this.#chunkSize = size
    this.#chunkLeft = size
    if (size > 0) {
      this.#state = 'content'
      return
    }
    if (this.#sizeLeft > 0) throw incompleteBody()
    this.#chunkSha256 = emptySha256
    this.#checkChunk()
    this.#state = trailer === undefined ? 'end' : 'trailer'
  }

  #readContent(slice: Buffer): void {
    this.#sizeLeft -= slice.length
    this.#chunkLeft -= slice.length
    const isWhole = slice.length === this.#chunkSize
    if (this.#options.signing !== undefined) {
      if (isWhole) {
        this.#chunkSha256 = hash('sha256', slice, 'hex')
      } else {
        this.#chunkHash ??= createHash('sha256')
        this.#chunkHash.update(slice)
      }
    }
    if (this.#chunkLeft > 0) return
    if (this.#chunkHash !== undefined) this.#chunkSha256 = this.#chunkHash.digest('hex')
    this.#chunkHash = undefined
    this.#checkChunk()
    this.#state = 'content-end'
  }

  /** The chain of signatures: each covers the one before it. */
  #checkChunk(): void {
    const { signing } = this.#options
    if (signing === undefined) return
    const text = `AWS4-HMAC-SHA256-PAYLOAD\n${signing.timestamp}\n${signing.scope}\n${this.#previousSignature}\n${emptySha256}\n${this.#chunkSha256}`
    if (!sameSignature(sign(signing.key, text), this.#chunkSignature)) {
      throw new ApiError('SignatureDoesNotMatch', undefined, {
        details: { Hint: `The signature of chunk ${this.#chunkIndex} of the body is wrong.` },
      })
    }
    this.#previousSignature = this.#chunkSignature
  }

  #readTrailer(line: string): void {
    this.#trailerSize += line.length
    if (this.#trailerSize > trailerSizeMax) throw new ApiError('MalformedTrailerError')
    if (line !== '') this.#trailer.add(line)
    else if (this.#options.signing === undefined || !this.#trailer.awaitsSignature) this.#finish()
  }

  #finish(): void {
    const { signing, trailer } = this.#options
    this.#trailers = trailer === undefined ? {} : this.#trailer.end(signing, this.#previousSignature)
    this.#state = 'done'
  }
}

/** 1 to 13 hexadecimal digits (the largest safe integer has 14). */
function parseSize(text: string): number | undefined {
  return /^[0-9a-fA-F]{1,13}$/.test(text) ? Number.parseInt(text, 16) : undefined
}
