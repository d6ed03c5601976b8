/**
 * Writes a body that streams in: digests it on the way, encrypts it where that is asked for, keeps it as a body (small) or a blob, and refuses
 * it before its end is told to the blob store if it is not what the client declared. What it has written is mentioned by no record yet.
 */
import { createHash, hash } from 'node:crypto'
import { crc32 } from '../base/crc32.ts'
import { ApiError } from '../base/errors.ts'
import { checksumOf, createChecksum, type Checksum, type ChecksumAlgorithm } from '../base/checksum/checksum.ts'
import type { BlobStore } from '../blobs/blob-store.ts'
import { etagBytes, type ContentKey, type DataKeys } from './encryption/data-keys.ts'
import type { Encryption, Seal } from './encryption/seal.ts'
import { encryptBytes, encryptStream, sealedSize } from './encryption/segments.ts'
import type { Piece } from './extent.ts'
import type { Numbers } from './numbers.ts'

/** Of what the client sent, encrypted or not. */
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
  /** Nothing of the content is stored that is not encrypted with it. */
  readonly encryption?: Encryption | undefined
  /** Where blobs are to lie; the first region unless given. */
  readonly region?: string | undefined
}

/** `md5` is that of which the ETag is made: under a customer's key it is not the content's (`etagBytes`). */
export interface Written extends Digests {
  readonly piece: Piece
  /** The bytes to set in the transaction, where the piece is a body. */
  readonly inline: Uint8Array | undefined
}

export class ContentWriter {
  readonly #blobs: BlobStore
  readonly #numbers: Numbers
  readonly #inlineSizeMax: number
  readonly #dataKeys: DataKeys

  constructor(blobs: BlobStore, numbers: Numbers, inlineSizeMax: number, dataKeys: DataKeys) {
    this.#blobs = blobs
    this.#numbers = numbers
    this.#inlineSizeMax = inlineSizeMax
    this.#dataKeys = dataKeys
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

  async #writeBody(bytes: Uint8Array, { sizeMax, algorithm, verify, encryption }: WriteOptions): Promise<Written> {
    const size = bytes.length
    if (size > sizeMax) throw tooLarge(size, sizeMax)
    const md5 = hash('md5', bytes, 'buffer')
    const checksum = algorithm && checksumOf(algorithm, bytes)
    verify?.({ size, md5, checksum })
    const id = this.#numbers.takeNow() ?? (await this.#numbers.take())
    if (encryption === undefined) {
      return { size, md5, checksum, piece: { kind: 'body', id, size, crc32: crc32(bytes) }, inline: bytes }
    }
    const dataKey = this.#dataKeys.make()
    const inline = encryptBytes(dataKey, bytes)
    const { seal, etag } = await this.#seal({ dataKey, size, md5 }, encryption)
    return { size, md5: etag, checksum, piece: { kind: 'body', id, size, crc32: crc32(inline), seal }, inline }
  }

  async #writeBlob(body: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<Written> {
    const { sizeExpected, signal, encryption, region } = options
    if (encryption !== undefined) return this.#writeSealedBlob(body, options, encryption)
    const digester = new Digester(options)
    const { id, size } = await this.#blobs.put(digester.pass(body), { sizeExpected, signal, region })
    const { md5, checksum } = digester.result
    return { size, md5, checksum, piece: { kind: 'blob', id, size, crc32: digester.crc }, inline: undefined }
  }

  async #writeSealedBlob(
    body: AsyncIterable<Uint8Array>,
    options: WriteOptions,
    encryption: Encryption,
  ): Promise<Written> {
    const dataKey = this.#dataKeys.make()
    const digester = new Digester(options)
    const sealer = new Sealer(encryptStream(dataKey, digester.pass(body)), () => {
      const { size, md5 } = digester.result
      return this.#seal({ dataKey, size, md5 }, encryption)
    })
    const sizeExpected = options.sizeExpected === undefined ? undefined : sealedSize(options.sizeExpected)
    const { signal, region } = options
    const { id } = await this.#blobs.put(sealer.pass(), { sizeExpected, signal, region })
    const { size, checksum } = digester.result
    const { seal, etag, crc } = sealer.result
    return { size, md5: etag, checksum, piece: { kind: 'blob', id, size, crc32: crc, seal }, inline: undefined }
  }

  async #seal(contentKey: ContentKey, encryption: Encryption): Promise<SealMade> {
    const seal = await this.#dataKeys.seal(contentKey, encryption)
    return { seal, etag: etagBytes(contentKey, encryption.kind) }
  }

  /** Takes back what was written, where no record came to mention it. */
  async discard({ piece }: Written): Promise<void> {
    if (piece.kind === 'blob') await this.#blobs.delete(piece.id)
  }
}

interface SealMade {
  readonly seal: Seal
  /** 16 bytes. */
  readonly etag: Buffer
}

/** Passes a stream on and knows its digests at the end; throws, before it ends, if `verify` does. */
class Digester {
  readonly #options: WriteOptions
  readonly #md5 = createHash('md5')
  readonly #checksum: Checksum | undefined
  #result: Digests | undefined
  /** CRC-32 of what was passed on; not taken of what is not stored as it is. */
  crc = 0

  constructor(options: WriteOptions) {
    this.#options = options
    this.#checksum = options.algorithm && createChecksum(options.algorithm)
  }

  get result(): Digests {
    if (this.#result === undefined) throw new Error('A body was kept before it had ended')
    return this.#result
  }

  async *pass(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { sizeMax, verify, encryption } = this.#options
    let size = 0
    let crc = 0
    for await (const chunk of body) {
      size += chunk.length
      if (size > sizeMax) throw tooLarge(size, sizeMax)
      this.#md5.update(chunk)
      this.#checksum?.update(chunk)
      if (encryption === undefined) crc = crc32(chunk, crc)
      yield chunk
    }
    const digests = { size, md5: this.#md5.digest(), checksum: this.#checksum?.digest() }
    verify?.(digests)
    this.#result = digests
    this.crc = crc
  }
}

/** Passes encrypted bytes on, and seals their key before it ends, so that nothing stays of what cannot be sealed. */
class Sealer {
  readonly #bytes: AsyncIterable<Uint8Array>
  readonly #seal: () => Promise<SealMade>
  #result: (SealMade & { readonly crc: number }) | undefined

  constructor(bytes: AsyncIterable<Uint8Array>, seal: () => Promise<SealMade>) {
    this.#bytes = bytes
    this.#seal = seal
  }

  get result(): SealMade & { readonly crc: number } {
    if (this.#result === undefined) throw new Error('A body was kept before it was sealed')
    return this.#result
  }

  async *pass(): AsyncGenerator<Uint8Array> {
    let crc = 0
    for await (const chunk of this.#bytes) {
      crc = crc32(chunk, crc)
      yield chunk
    }
    this.#result = { ...(await this.#seal()), crc }
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
