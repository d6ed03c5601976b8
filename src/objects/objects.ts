/**
 * Objects: found, read, put, copied, deleted. Every change is one transaction with the object's head as its exclusive guard and its
 * bucket as a shared one, so that of two writers one is first, and none writes into a bucket that is being deleted.
 */
import type { ByteRange } from '../blobs/blob-store.ts'
import type { Key, Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import type { ContentReader } from './content-reader.ts'
import type { ContentWriter, WriteOptions, Written } from './content-writer.ts'
import { ContentCopier } from './copy-content.ts'
import type { DataKeys } from './encryption/data-keys.ts'
import type { Resealed } from './encryption/reseal.ts'
import { headEncryptionOf, type CustomerKey, type Encryption } from './encryption/seal.ts'
import type { Extent, Piece } from './extent.ts'
import type { HeadCache } from './head-cache.ts'
import type { Checksummed, Head } from './head.ts'
import type { Heads } from './heads.ts'
import { headKey, ownersKey } from './keys.ts'
import { keepWritten } from './mentions.ts'
import type { Numbers } from './numbers.ts'
import { isRefusal } from './refusal.ts'
import type { Condition, Deleted, NewHead, RemoveOptions, Versions } from './versions.ts'

/** What a client says of a new version, beside its bytes. */
export type Described = Pick<NewHead, 'system' | 'metadata' | 'tags' | 'acl' | 'ownerId' | 'retention' | 'legalHold'>

export interface PutOptions extends WriteOptions, Described {
  readonly condition?: Condition | undefined
}

export interface CopyOptions extends Described {
  readonly checksum: Checksummed | undefined
  readonly condition?: Condition | undefined
  /** What the copy is to be encrypted with. */
  readonly encryption?: Encryption | undefined
  /** What the source is encrypted with, where that is a client's key. */
  readonly customerKey?: CustomerKey | undefined
}

export interface ChangeOptions {
  readonly sources?: readonly Located[]
  readonly extents?: readonly Extent[]
  readonly deletes?: boolean | undefined
}

/** A version of an object, and where it stands. */
export interface Located {
  readonly bucket: Bucket
  readonly key: string
  readonly head: Head
}

/** To be admitted where no body comes, but bytes are written or mentioned. */
export const noBody: AsyncIterable<Uint8Array> = (async function* () {})()

export class Objects {
  readonly heads: Heads
  readonly versions: Versions
  readonly reader: ContentReader
  readonly #buckets: Buckets
  readonly #cache: HeadCache
  readonly #writer: ContentWriter
  readonly #copier: ContentCopier

  constructor(parts: {
    readonly buckets: Buckets
    readonly heads: Heads
    readonly versions: Versions
    readonly cache: HeadCache
    readonly writer: ContentWriter
    readonly reader: ContentReader
    readonly dataKeys: DataKeys
    readonly numbers: Numbers
  }) {
    this.heads = parts.heads
    this.versions = parts.versions
    this.reader = parts.reader
    this.#copier = new ContentCopier(parts.reader, parts.writer, parts.dataKeys, parts.numbers)
    this.#buckets = parts.buckets
    this.#cache = parts.cache
    this.#writer = parts.writer
  }

  /** Throws NoSuchKey, NoSuchVersion, InvalidArgument for what is no version id, MethodNotAllowed for a delete marker's. */
  find(bucket: Bucket, key: string, versionId?: string): Promise<Head> {
    return this.heads.get(bucket, key, versionId)
  }

  /**
   * The bytes of a version, whole or of the range: small content in one piece, else a stream. Undefined where the version has been
   * replaced since and its bytes are gone, so that the caller finds the new one.
   */
  async read(
    { bucket, key, head }: Located,
    range: ByteRange,
    customerKey?: CustomerKey,
  ): Promise<Uint8Array | AsyncIterable<Uint8Array> | undefined> {
    if (head.extent.kind !== 'body') return this.reader.read(head.extent, range, customerKey)
    const cached = this.#cache.get(bucket, key)
    if (cached?.head === head && cached.body !== undefined) return cached.body.subarray(range.start, range.end)
    const body = await this.reader.body(head.extent, customerKey)
    // What a customer's key opens is not kept: the next reader must bring the key too.
    if (body !== undefined && customerKey === undefined) this.#cache.keepBody(bucket, key, head, body)
    return body?.subarray(range.start, range.end)
  }

  /** Stores the body under the key. Throws QuotaExceeded. What the body, `verify` or the condition throw is passed on, and then nothing has changed. */
  async put(bucket: Bucket, key: string, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<Head> {
    const { system, metadata, tags, acl, ownerId, retention, legalHold, condition, algorithm } = options
    const admitted = this.admit(bucket, key, body, options.sizeExpected, 'replaces')
    const bytes = admitted instanceof Promise ? await admitted : admitted
    const written = await this.#writer.write(bytes, { ...options, region: bucket.region })
    const { size, md5, checksum: digest, piece: extent } = written
    const checksum: Checksummed | undefined = algorithm &&
      digest && { algorithm, type: 'FULL_OBJECT', value: digest.toString('base64') }
    const described = { system, metadata, tags, acl, ownerId, retention, legalHold }
    const encryption = headEncryptionOf(options.encryption)
    const head = { size, md5, parts: 0, ...described, checksum, extent, encryption }
    return this.#discardingOnRefusal(written, () =>
      this.change(bucket, key, {}, (transaction, current) => {
        keepWritten(transaction, written)
        return this.versions.put(transaction, current, key, head, condition)
      }),
    )
  }

  /**
   * Stores another version's content under the key, moving no byte unless encryption or region demand it. Undefined where the source has been
   * replaced since it was found, so that the caller finds the new one.
   */
  async copy(source: Located, bucket: Bucket, key: string, options: CopyOptions): Promise<Head | undefined> {
    const { condition, encryption, customerKey, checksum, ...described } = options
    // Before bytes are written that there is no room for.
    await this.admit(bucket, key, noBody, source.head.size, 'replaces')
    const content = await this.#copier.copy(source, bucket, { encryption, customerKey, checksum })
    if (content === undefined) return undefined
    const { extents } = content
    const head = { ...content.head, ...described, encryption: headEncryptionOf(encryption) }
    return this.#discardingOnRefusal(content.written, () =>
      this.change(bucket, key, { sources: [source], extents }, async (transaction, current) => {
        if (!(await this.heads.isThere(transaction, source))) return undefined
        content.keep(transaction)
        return this.versions.put(transaction, current, key, head, condition)
      }),
    )
  }

  /** A mention of the same piece under another key, as `resealedPiece`. */
  reseal(
    piece: Piece,
    from: CustomerKey | undefined,
    to: Encryption | undefined,
  ): Promise<Resealed<Piece> | undefined> {
    return this.#copier.reseal(piece, from, to)
  }

  /** Deletes the current version, or hides it behind a delete marker where the bucket has versions. */
  delete(bucket: Bucket, key: string, options?: RemoveOptions, ownerId?: string): Promise<Deleted> {
    return this.change(bucket, key, { deletes: true }, (transaction, current) =>
      this.versions.delete(transaction, current, key, options, ownerId),
    )
  }

  /** Removes one version for good. Throws AccessDenied where it is locked, InvalidArgument for what is no version id. */
  remove(bucket: Bucket, key: string, versionId: string, options?: RemoveOptions): Promise<Deleted> {
    return this.change(bucket, key, { deletes: true }, (transaction, current) =>
      this.versions.remove(transaction, current, key, versionId, options),
    )
  }

  /** Changes what is said of a version: its tags, lock or ACL. Throws NoSuchKey, NoSuchVersion, MethodNotAllowed. */
  amend(
    bucket: Bucket,
    key: string,
    versionId: string | undefined,
    change: (head: Head, bucket: Bucket) => Head,
  ): Promise<Head> {
    return this.change(bucket, key, {}, (transaction, current) =>
      this.versions.amend(transaction, current, key, versionId, (head) => change(head, current)),
    )
  }

  /**
   * A transaction that changes an object, as Buckets.transact. `sources` are versions it reads, and `extents` what it mentions again.
   */
  change<T>(
    bucket: Bucket,
    key: string,
    { sources = [], extents = [], deletes }: ChangeOptions,
    body: (transaction: Transaction, bucket: Bucket) => Promise<T>,
  ): Promise<T> {
    const exclusive = headKey(bucket.id, key)
    const shared: Key[] = extents.map(ownersKey)
    for (const source of sources) {
      const sourceKey = headKey(source.bucket.id, source.key)
      if (Buffer.compare(sourceKey, exclusive) !== 0) shared.push(sourceKey)
    }
    return this.#buckets.transact(bucket, { exclusive: [exclusive], shared }, body, { deletes })
  }

  /** As Buckets.admit, of a body that replaces what is under the key, or is added to it. */
  admit(
    bucket: Bucket,
    key: string,
    body: AsyncIterable<Uint8Array>,
    size: number | undefined,
    mode: 'replaces' | 'added',
  ): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>> {
    return this.#buckets.admit(bucket, body, size, async () => {
      if (mode === 'added' || bucket.versioning === 'Enabled') return 0
      // Or it stays, to be had back: the transaction knows.
      return (await this.heads.find(bucket, key))?.size ?? 0
    })
  }

  async #discardingOnRefusal<T>(written: Written | undefined, body: () => Promise<T>): Promise<T> {
    try {
      const result = await body()
      if (result === undefined && written !== undefined) await this.#writer.discard(written)
      return result
    } catch (error) {
      if (written !== undefined && isRefusal(error)) await this.#writer.discard(written)
      throw error
    }
  }
}
