/** Reads an object's bytes, or a range of them, from wherever they are kept; bytes that are not those that were written never end a stream well. */
import { crc32 } from '../base/crc32.ts'
import type { BlobStore, ByteRange } from '../blobs/blob-store.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { BlobExtent, Body, Extent, Manifest, ManifestExtent, Piece } from './extent.ts'
import { bodyKey, manifestKey } from './keys.ts'

/** What was stored cannot be read back as it was written. */
export class ContentDamaged extends Error {
  override readonly name = 'ContentDamaged'
}

export class ContentReader {
  readonly #metadata: MetadataStore
  readonly #blobs: BlobStore

  constructor(metadata: MetadataStore, blobs: BlobStore) {
    this.#metadata = metadata
    this.#blobs = blobs
  }

  /**
   * The bytes of the range, whole: small content in one piece, else a stream whose chunks are valid until the next is asked for.
   * Undefined where a body is gone: its mention ended, and the caller reads the head again.
   */
  async read(extent: Extent, { start, end }: ByteRange): Promise<Uint8Array | AsyncIterable<Uint8Array> | undefined> {
    if (start === end) return nothing
    if (extent.kind === 'body') return (await this.body(extent))?.subarray(start, end)
    if (extent.kind === 'blob') return this.#blob(extent, { start, end })
    const manifest = await this.manifest(extent)
    return manifest && this.#parts(manifest, { start, end })
  }

  /** A body's bytes, checked. */
  async body({ id, size, crc32: expected }: Body): Promise<Uint8Array | undefined> {
    const bytes = await this.#metadata.get(bodyKey(id))
    if (bytes === undefined) return undefined
    if (bytes.length !== size || crc32(bytes) !== expected)
      throw new ContentDamaged(`Body ${id} is not what was written`)
    return bytes
  }

  async manifest({ id }: ManifestExtent): Promise<Manifest | undefined> {
    const value = await this.#metadata.get(manifestKey(id))
    return value && decodeManifest(value)
  }

  #blob(extent: BlobExtent, range: ByteRange): AsyncIterable<Uint8Array> {
    const bytes = this.#blobs.get(extent.id, range)
    return range.start === 0 && range.end === extent.size ? checked(bytes, extent) : bytes
  }

  async *#parts({ parts }: Manifest, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
    let offset = 0
    for (const { piece, size } of parts) {
      const range = { start: Math.max(start - offset, 0), end: Math.min(end - offset, size) }
      if (range.start < range.end) yield* this.#piece(piece, range)
      offset += size
      if (offset >= end) return
    }
  }

  async *#piece(piece: Piece, range: ByteRange): AsyncGenerator<Uint8Array> {
    if (piece.kind === 'blob') {
      yield* this.#blob(piece, range)
      return
    }
    const bytes = await this.body(piece)
    if (bytes === undefined) throw new ContentDamaged(`Body ${piece.id} is missing`)
    yield bytes.subarray(range.start, range.end)
  }
}

const nothing = new Uint8Array(0)

/** Passes the bytes of a whole blob on, the last of them only when all are what was written. */
async function* checked(
  bytes: AsyncIterable<Uint8Array>,
  { id, size, crc32: expected }: BlobExtent,
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
}

export const decodeManifest = (value: Uint8Array): Manifest =>
  JSON.parse(Buffer.from(value).toString('utf8')) as Manifest
export const encodeManifest = (manifest: Manifest): Uint8Array => Buffer.from(JSON.stringify(manifest))
