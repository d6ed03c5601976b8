/**
 * Writes a body that streams in: digests it on the way, keeps it as a body (small) or a blob, and refuses it before its end is told to the
 * blob store if it is not what the client declared. What it has written is mentioned by no record yet.
 */
import { createHash, hash } from 'node:crypto'
import { crc32 } from '../base/crc32.ts'
import { ApiError } from '../base/errors.ts'
import { checksumOf, createChecksum, type Checksum, type ChecksumAlgorithm } from '../base/checksum/checksum.ts'
import type { BlobStore } from '../blobs/blob-store.ts'
import type { Piece } from './extent.ts'
import type { Numbers } from './numbers.ts'

export interface Digests {
  readonly size: number
  readonly md5: Buffer
  /** By the algorithm asked for. */
  readonly checksum: Buffer | undefined
}

export interface WriteOptions {
  readonly sizeExpected?: number | undefined
  /** Bytes; one more is EntityTooLarge. */
  readonly sizeMax: number
  readonly algorithm?: ChecksumAlgorithm | undefined
  /** Called once with what was read, before anything is durable; it throws what is wrong with it. */
  readonly verify?: ((digests: Digests) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Written extends Digests {
  readonly piece: Piece
  /** The bytes to set in the transaction, where the piece is a body. */
  readonly inline: Uint8Array | undefined
}

export class ContentWriter {
  readonly #blobs: BlobStore
  readonly #numbers: Numbers
  readonly #inlineSizeMax: number

  constructor(blobs: BlobStore, numbers: Numbers, inlineSizeMax: number) {
    this.#blobs = blobs
    this.#numbers = numbers
    this.#inlineSizeMax = inlineSizeMax
  }

  async write(body: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<Written> {
    const { sizeExpected, sizeMax } = options
    if (sizeExpected !== undefined && sizeExpected > sizeMax) throw tooLarge(sizeExpected, sizeMax)
    if (sizeExpected !== undefined && sizeExpected > this.#inlineSizeMax) return this.#writeBlob(body, options)
    const iterator = body[Symbol.asyncIterator]()
    const chunks: Uint8Array[] = []
    let size = 0
    while (size <= this.#inlineSizeMax) {
      const next = await iterator.next()
      if (next.done) return this.#writeBody(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size), options)
      const chunk = next.value
      if (chunk.length === 0) continue
      // Copied: a chunk is valid only until the next is asked for.
      chunks.push(Buffer.from(chunk))
      size += chunk.length
    }
    return this.#writeBlob(resume(chunks, iterator), options)
  }

  async #writeBody(bytes: Uint8Array, { sizeMax, algorithm, verify }: WriteOptions): Promise<Written> {
    const size = bytes.length
    if (size > sizeMax) throw tooLarge(size, sizeMax)
    const md5 = hash('md5', bytes, 'buffer')
    const checksum = algorithm && checksumOf(algorithm, bytes)
    verify?.({ size, md5, checksum })
    const id = this.#numbers.takeNow() ?? (await this.#numbers.take())
    return { size, md5, checksum, piece: { kind: 'body', id, size, crc32: crc32(bytes) }, inline: bytes }
  }

  async #writeBlob(body: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<Written> {
    const digester = new Digester(options)
    const { sizeExpected, signal } = options
    const { id, size } = await this.#blobs.put(digester.pass(body), { sizeExpected, signal })
    const { md5, checksum, crc } = digester.result
    return { size, md5, checksum, piece: { kind: 'blob', id, size, crc32: crc }, inline: undefined }
  }

  /** Takes back what was written, where no record came to mention it. */
  async discard({ piece }: Written): Promise<void> {
    if (piece.kind === 'blob') await this.#blobs.delete(piece.id)
  }
}

/** Passes a stream on and knows its digests at the end; throws, before it ends, if `verify` does. */
class Digester {
  readonly #options: WriteOptions
  readonly #md5 = createHash('md5')
  readonly #checksum: Checksum | undefined
  #result: (Digests & { readonly crc: number }) | undefined

  constructor(options: WriteOptions) {
    this.#options = options
    this.#checksum = options.algorithm && createChecksum(options.algorithm)
  }

  get result(): Digests & { readonly crc: number } {
    if (this.#result === undefined) throw new Error('A body was kept before it had ended')
    return this.#result
  }

  async *pass(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { sizeMax, verify } = this.#options
    let size = 0
    let crc = 0
    for await (const chunk of body) {
      size += chunk.length
      if (size > sizeMax) throw tooLarge(size, sizeMax)
      this.#md5.update(chunk)
      this.#checksum?.update(chunk)
      crc = crc32(chunk, crc)
      yield chunk
    }
    const digests = { size, md5: this.#md5.digest(), checksum: this.#checksum?.digest() }
    verify?.(digests)
    this.#result = { ...digests, crc }
  }
}

async function* resume(chunks: Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) yield chunk
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

const tooLarge = (size: number, sizeMax: number): ApiError =>
  new ApiError('EntityTooLarge', undefined, {
    details: { ProposedSize: String(size), MaxSizeAllowed: String(sizeMax) },
  })
