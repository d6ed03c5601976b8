/**
 * The content of a copy: the source's own, mentioned once more, wherever that can be; the same bytes under another key, where only the encryption's
 * key differs; and bytes written anew, where they are to be encrypted and were not, or the other way round, or lie in another region.
 */
import { asStream } from '../base/bytes.ts'
import type { Bucket } from './bucket.ts'
import { encodeManifest, type ContentReader } from './content-reader.ts'
import type { ContentWriter, Written } from './content-writer.ts'
import type { DataKeys } from './encryption/data-keys.ts'
import { resealedManifest, resealedPiece, type Resealed } from './encryption/reseal.ts'
import type { CustomerKey, Encryption } from './encryption/seal.ts'
import type { Extent, Manifest, Piece } from './extent.ts'
import type { Checksummed, Head } from './head.ts'
import { shareParts } from './joined-parts.ts'
import { manifestKey } from './keys.ts'
import { keepWritten, mentionAgain } from './mentions.ts'
import type { Transaction } from '../metadata/metadata-store.ts'
import type { Numbers } from './numbers.ts'
import type { Located } from './objects.ts'

export interface CopiedContent {
  /** What of the new head is its content. */
  readonly head: Pick<Head, 'size' | 'md5' | 'parts' | 'extent' | 'checksum'>
  /** Extents of the source that are mentioned again. */
  readonly extents: readonly Extent[]
  /** What was written and is to be discarded if the copy is not made. */
  readonly written?: Written
  /** Sets what the new head relies on. */
  keep(transaction: Transaction): void
}

export interface CopyContentOptions {
  /** What the copy is to be encrypted with. */
  readonly encryption: Encryption | undefined
  /** What the source is encrypted with, where that is a client's key. */
  readonly customerKey: CustomerKey | undefined
  readonly checksum: Checksummed | undefined
}

export class ContentCopier {
  readonly #reader: ContentReader
  readonly #writer: ContentWriter
  readonly #dataKeys: DataKeys
  readonly #numbers: Numbers

  constructor(reader: ContentReader, writer: ContentWriter, dataKeys: DataKeys, numbers: Numbers) {
    this.#reader = reader
    this.#writer = writer
    this.#dataKeys = dataKeys
    this.#numbers = numbers
  }

  /** Undefined where the source has been replaced since it was found, and its bytes are gone. */
  async copy(source: Located, bucket: Bucket, options: CopyContentOptions): Promise<CopiedContent | undefined> {
    const { head } = source
    const from = head.encryption?.kind
    const to = options.encryption?.kind
    if ((from === undefined) !== (to === undefined) || isElsewhere(source, bucket)) {
      return this.#write(source, bucket, options)
    }
    if (from === to && to !== 'SSE-C') return shared(head, options.checksum)
    return this.#reseal(source, bucket, options)
  }

  /** A mention of the same piece under another key, as `resealedPiece`. */
  reseal(
    piece: Piece,
    from: CustomerKey | undefined,
    to: Encryption | undefined,
  ): Promise<Resealed<Piece> | undefined> {
    return resealedPiece(this.#dataKeys, piece, from, to)
  }

  async #write(source: Located, bucket: Bucket, options: CopyContentOptions): Promise<CopiedContent | undefined> {
    const { size, extent } = source.head
    const bytes = await this.#reader.read(extent, { start: 0, end: size }, options.customerKey)
    if (bytes === undefined) return undefined
    const algorithm = options.checksum?.algorithm
    const written = await this.#writer.write(asStream(bytes), {
      ...{ sizeExpected: size, sizeMax: size, algorithm, region: bucket.region },
      encryption: options.encryption,
    })
    const checksum: Checksummed | undefined = algorithm &&
      written.checksum && { algorithm, type: 'FULL_OBJECT', value: written.checksum.toString('base64') }
    return {
      head: { size, md5: written.md5, parts: 0, extent: written.piece, checksum },
      extents: [],
      written,
      keep: (transaction) => keepWritten(transaction, written),
    }
  }

  async #reseal(source: Located, bucket: Bucket, options: CopyContentOptions): Promise<CopiedContent | undefined> {
    const { head } = source
    const { extent, size, parts } = head
    const { encryption, customerKey, checksum } = options
    if (extent.kind !== 'manifest') {
      const resealed = await this.reseal(extent, customerKey, encryption)
      if (resealed === undefined) return this.#write(source, bucket, options)
      return { ...shared(head, checksum), head: { size, parts, md5: resealed.md5, extent: resealed.content, checksum } }
    }
    const manifest = await this.#reader.manifest(extent)
    if (manifest === undefined) return undefined
    const { parts: ofSource, mentions } = shareParts(head, manifest)
    const resealed = await resealedManifest(this.#dataKeys, { parts: ofSource }, customerKey, encryption)
    if (resealed === undefined) return this.#write(source, bucket, options)
    return this.#newManifest(resealed.content, mentions, { size, parts, md5: resealed.md5, checksum })
  }

  async #newManifest(
    manifest: Manifest,
    mentions: readonly Extent[],
    head: Omit<CopiedContent['head'], 'extent'>,
  ): Promise<CopiedContent> {
    const id = await this.#numbers.take()
    return {
      head: { ...head, extent: { kind: 'manifest', id, size: head.size, parts: manifest.parts.length } },
      extents: mentions,
      keep(transaction) {
        transaction.set(manifestKey(id), encodeManifest(manifest))
        for (const extent of mentions) mentionAgain(transaction, extent)
      },
    }
  }
}

const shared = ({ size, md5, parts, extent }: Head, checksum: Checksummed | undefined): CopiedContent => ({
  head: { size, md5, parts, extent, checksum },
  extents: [extent],
  keep: (transaction) => mentionAgain(transaction, extent),
})

/** Blobs lie in their bucket's region; what is small lies among the records, which are everywhere. */
const isElsewhere = ({ bucket, head }: Located, { region }: Bucket): boolean =>
  bucket.region !== region && head.extent.kind !== 'body'
