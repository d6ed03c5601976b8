/**
 * Reads an object's bytes, or a range of them, from wherever they are kept, and decrypts them; bytes that are not those that were written never end
 * a stream well.
 */
import type { Clock } from '../base/clock.ts'
import { crc32 } from '../base/crc32.ts'
import type { BlobStore, ByteRange } from '../blobs/blob-store.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { ContentDamaged } from './content-damaged.ts'
import type { DataKeys } from './encryption/data-keys.ts'
import type { CustomerKey, Seal } from './encryption/seal.ts'
import { decryptBytes, decryptStream, sealedRange, sealedSize } from './encryption/segments.ts'
import type { BlobExtent, Body, Extent, Manifest, ManifestExtent, Piece } from './extent.ts'
import { bodyKey, manifestKey } from './keys.ts'
import { SoundBlobs } from './sound-blobs.ts'

export class ContentReader {
  readonly #metadata: MetadataStore
  readonly #blobs: BlobStore
  readonly #dataKeys: DataKeys
  readonly #sound: SoundBlobs

  constructor(metadata: MetadataStore, blobs: BlobStore, dataKeys: DataKeys, clock: Pick<Clock, 'monotonic'>) {
    this.#sound = new SoundBlobs(clock)
    this.#metadata = metadata
    this.#blobs = blobs
    this.#dataKeys = dataKeys
  }

  /**
   * The bytes of the range, whole: small content in one piece, else a stream whose chunks are valid until the next is asked for.
   * Undefined where a body is gone: its mention ended, and the caller reads the head again. `customerKey` is needed for what is
   * under one (SSE-C); throws AccessDenied where it is not the one.
   */
  async read(
    extent: Extent,
    { start, end }: ByteRange,
    customerKey?: CustomerKey,
  ): Promise<Uint8Array | AsyncIterable<Uint8Array> | undefined> {
    if (start === end) return nothing
    if (extent.kind === 'body') return (await this.body(extent, customerKey))?.subarray(start, end)
    if (extent.kind === 'blob') {
      return extent.seal === undefined
        ? this.#blob(extent, { start, end })
        : this.#sealedBlob(extent, { start, end }, await this.#open(extent.seal, extent.size, customerKey))
    }
    const manifest = await this.manifest(extent)
    if (manifest === undefined) return undefined
    // All parts are under one key, and a wrong one is to be noticed before the first byte.
    const { piece } = manifest.parts[0]!
    if (piece.seal?.kind === 'SSE-C') await this.#open(piece.seal, piece.size, customerKey)
    return this.#parts(manifest, { start, end }, customerKey)
  }

  /** A body's bytes, checked. Undefined and errors as for `read`. */
  async body(body: Body, customerKey?: CustomerKey): Promise<Uint8Array | undefined> {
    const { id, size, crc32: expected, seal } = body
    const bytes = await this.#metadata.get(bodyKey(id))
    if (bytes === undefined) return undefined
    const stored = seal === undefined ? size : sealedSize(size)
    if (bytes.length !== stored || crc32(bytes) !== expected)
      throw new ContentDamaged(`Body ${id} is not what was written`)
    if (seal === undefined) return bytes
    return decryptBytes(await this.#open(seal, size, customerKey), bytes, { size, name: `Body ${id}` })
  }

  async manifest(extent: ManifestExtent): Promise<Manifest | undefined> {
    const value = await this.#metadata.get(manifestKey(extent.id))
    return value && decodeManifest(value, extent.parts)
  }

  /** The data key. */
  async #open(seal: Seal, size: number, customerKey: CustomerKey | undefined): Promise<Buffer> {
    return (await this.#dataKeys.open(seal, size, customerKey)).dataKey
  }

  #blob(extent: BlobExtent, range: ByteRange): AsyncIterable<Uint8Array> {
    const bytes = this.#blobs.get(extent.id, range)
    const isWhole = range.start === 0 && range.end === extent.size
    return isWhole && !this.#sound.has(extent.id) ? checked(bytes, extent, this.#sound) : bytes
  }

  /** Decrypting checks more than the CRC does. */
  #sealedBlob({ id, size }: BlobExtent, range: ByteRange, dataKey: Buffer): AsyncIterable<Uint8Array> {
    return decryptStream(dataKey, this.#blobs.get(id, sealedRange(size, range)), { size, range, name: `Blob ${id}` })
  }

  async *#parts(
    { parts }: Manifest,
    { start, end }: ByteRange,
    customerKey: CustomerKey | undefined,
  ): AsyncGenerator<Uint8Array> {
    let offset = 0
    for (const { piece, size } of parts) {
      const range = { start: Math.max(start - offset, 0), end: Math.min(end - offset, size) }
      if (range.start < range.end) yield* this.#piece(piece, range, customerKey)
      offset += size
      if (offset >= end) return
    }
  }

  async *#piece(piece: Piece, range: ByteRange, customerKey: CustomerKey | undefined): AsyncGenerator<Uint8Array> {
    const bytes = await this.read(piece, range, customerKey)
    if (bytes === undefined) throw new ContentDamaged(`Body ${piece.id} is missing`)
    if (bytes instanceof Uint8Array) yield bytes
    else yield* bytes
  }
}

const nothing = new Uint8Array(0)

/** Passes the bytes of a whole blob on, the last of them only when all are what was written. */
async function* checked(
  bytes: AsyncIterable<Uint8Array>,
  { id, size, crc32: expected }: BlobExtent,
  sound: SoundBlobs,
): AsyncGenerator<Uint8Array> {
  let crc = 0
  let seen = 0
  for await (const chunk of bytes) {
    crc = crc32(chunk, crc)
    seen += chunk.length
    if (seen >= size && crc !== expected) throw new ContentDamaged(`Blob ${id} is not what was written`)
    yield chunk
  }
  if (seen !== size) throw new ContentDamaged(`Blob ${id} has ${seen} bytes, not ${size}`)
  sound.add(id)
}

/** The first `count` parts of a manifest, or all. */
export function decodeManifest(value: Uint8Array, count = Number.POSITIVE_INFINITY): Manifest {
  const manifest = JSON.parse(Buffer.from(value).toString('utf8')) as Manifest
  return manifest.parts.length <= count ? manifest : { parts: manifest.parts.slice(0, count) }
}
export const encodeManifest = (manifest: Manifest): Uint8Array => Buffer.from(JSON.stringify(manifest))
