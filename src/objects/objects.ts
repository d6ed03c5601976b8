/**
 * Objects: found, read, put, copied, deleted. Every change is one transaction with the object's head as its exclusive guard and its
 * bucket as a shared one, so that of two writers one is first, and none writes into a bucket that is being deleted.
 */
import type { BlobStore, ByteRange } from '../blobs/blob-store.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import { ContentReader } from './content-reader.ts'
import type { ContentWriter, WriteOptions, Written } from './content-writer.ts'
import type { HeadCache } from './head-cache.ts'
import { isRefusal } from './refusal.ts'
import type { Checksummed, Head, SystemMetadata } from './head.ts'
import type { Condition, Heads } from './heads.ts'
import { bucketKey, headKey, ownersKey } from './keys.ts'
import { keepWritten, mentionAgain } from './mentions.ts'

export interface PutOptions extends WriteOptions {
  readonly system: SystemMetadata
  readonly metadata: Readonly<Record<string, string>>
  readonly condition?: Condition | undefined
}

export interface CopyOptions {
  readonly system: SystemMetadata
  readonly metadata: Readonly<Record<string, string>>
  readonly checksum: Checksummed | undefined
  readonly condition?: Condition | undefined
}

/** A version of an object, and where it stands. */
export interface Located {
  readonly bucket: Bucket
  readonly key: string
  readonly head: Head
}

export class Objects {
  readonly heads: Heads
  readonly reader: ContentReader
  readonly #metadata: MetadataStore
  readonly #buckets: Buckets
  readonly #cache: HeadCache
  readonly #writer: ContentWriter

  constructor(parts: {
    readonly metadata: MetadataStore
    readonly blobs: BlobStore
    readonly buckets: Buckets
    readonly heads: Heads
    readonly cache: HeadCache
    readonly writer: ContentWriter
  }) {
    this.heads = parts.heads
    this.reader = new ContentReader(parts.metadata, parts.blobs)
    this.#metadata = parts.metadata
    this.#buckets = parts.buckets
    this.#cache = parts.cache
    this.#writer = parts.writer
  }

  /**
   * The bytes of a version, whole or of the range: small content in one piece, else a stream. Undefined where the version has been
   * replaced since and its bytes are gone, so that the caller finds the new one.
   */
  async read(
    { bucket, key, head }: Located,
    range: ByteRange,
  ): Promise<Uint8Array | AsyncIterable<Uint8Array> | undefined> {
    if (head.extent.kind !== 'body') return this.reader.read(head.extent, range)
    const cached = this.#cache.get(bucket, key)
    if (cached?.head === head && cached.body !== undefined) return cached.body.subarray(range.start, range.end)
    const body = await this.reader.body(head.extent)
    if (body !== undefined) this.#cache.keepBody(bucket, key, head, body)
    return body?.subarray(range.start, range.end)
  }

  /** Stores the body under the key. What the body, `verify` or the condition throw is passed on, and then nothing has changed. */
  async put(bucket: Bucket, key: string, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<Head> {
    const { system, metadata, condition, algorithm } = options
    const written = await this.#writer.write(body, options)
    const { size, md5, checksum: digest, piece: extent } = written
    const checksum: Checksummed | undefined = algorithm &&
      digest && { algorithm, type: 'FULL_OBJECT', value: digest.toString('base64') }
    return this.#keep(bucket, key, { size, md5, parts: 0, system, metadata, checksum, extent }, condition, written)
  }

  /**
   * Stores another version's bytes under the key, moving none: both mention the same extent. Undefined where the source has been
   * replaced since it was found, so that the caller finds the new one.
   */
  async copy(
    source: Located,
    bucket: Bucket,
    key: string,
    { condition, ...options }: CopyOptions,
  ): Promise<Head | undefined> {
    const { size, md5, parts, extent } = source.head
    const head = { size, md5, parts, extent, ...options }
    const sourceKey = headKey(source.bucket.id, source.key)
    const exclusive = headKey(bucket.id, key)
    const shared = [bucketKey(bucket.name), ownersKey(extent)]
    if (Buffer.compare(sourceKey, exclusive) !== 0) shared.push(sourceKey)
    return this.#metadata.transact({ exclusive: [exclusive], shared }, async (transaction) => {
      if ((await this.heads.find(source.bucket, source.key))?.extent.id !== extent.id) return undefined
      await this.#buckets.require(bucket)
      mentionAgain(transaction, extent)
      return this.heads.replace(transaction, bucket, key, head, condition)
    })
  }

  /** Deletes the current version and answers it; undefined where there was none. */
  delete(bucket: Bucket, key: string, condition?: Condition): Promise<Head | undefined> {
    const guards = { exclusive: [headKey(bucket.id, key)], shared: [bucketKey(bucket.name)] }
    return this.#metadata.transact(guards, async (transaction) => {
      await this.#buckets.require(bucket)
      return this.heads.remove(transaction, bucket, key, condition)
    })
  }

  async #keep(
    bucket: Bucket,
    key: string,
    head: Omit<Head, 'modifiedMs'>,
    condition: Condition | undefined,
    written: Written,
  ): Promise<Head> {
    const guards = { exclusive: [headKey(bucket.id, key)], shared: [bucketKey(bucket.name)] }
    try {
      return await this.#metadata.transact(guards, async (transaction) => {
        await this.#buckets.require(bucket)
        keepWritten(transaction, written)
        return this.heads.replace(transaction, bucket, key, head, condition)
      })
    } catch (error) {
      if (isRefusal(error)) await this.#writer.discard(written)
      throw error
    }
  }
}
