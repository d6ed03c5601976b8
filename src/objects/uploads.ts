/**
 * Multipart uploads: begun, given parts, listed, aborted; complete-upload.ts makes the object.
 *
 * A part is written under the upload's record as a shared guard, so that completing or aborting, which have it exclusively, see all parts
 * or make the part's writer learn that the upload is gone. A part that is uploaded again replaces the former, whose bytes end.
 */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { Nonces } from '../base/nonces.ts'
import type { Random } from '../base/random.ts'
import type { MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import type { ContentWriter, WriteOptions } from './content-writer.ts'
import type { Piece } from './extent.ts'
import type { Heads } from './heads.ts'
import { bucketKey, headKey, ownersKey, partKey, partsOf, uploadKey } from './keys.ts'
import { scheduleUpload } from './lifecycle/schedule.ts'
import { addUsage, endMention, keepWritten, mentionAgain } from './mentions.ts'
import type { Located } from './objects.ts'
import { isRefusal } from './refusal.ts'
import { decodePart, decodeUpload, encodePart, encodeUpload, type Part, type Upload } from './upload.ts'

export type NewUpload = Omit<Upload, 'uploadId' | 'initiatedMs'>

const partNumberMax = 10_000

export class Uploads {
  readonly #metadata: MetadataStore
  readonly #buckets: Buckets
  readonly #heads: Heads
  readonly #writer: ContentWriter
  readonly #clock: Clock
  readonly #random: Random
  readonly #nonces: Nonces

  constructor(parts: {
    readonly metadata: MetadataStore
    readonly buckets: Buckets
    readonly heads: Heads
    readonly writer: ContentWriter
    readonly clock: Clock
    readonly random: Random
  }) {
    this.#metadata = parts.metadata
    this.#buckets = parts.buckets
    this.#heads = parts.heads
    this.#writer = parts.writer
    this.#clock = parts.clock
    this.#random = parts.random
    this.#nonces = new Nonces(parts.random)
  }

  async create(bucket: Bucket, upload: NewUpload): Promise<Upload> {
    const initiatedMs = this.#clock.now()
    // Ids sort by the time of their beginning and cannot be guessed.
    const uploadId = initiatedMs.toString(36).padStart(9, '0') + this.#random.bytes(24).toString('hex')
    const created: Upload = { ...upload, uploadId, initiatedMs }
    const key = uploadKey(bucket.id, upload.key, uploadId)
    await this.#buckets.transact(bucket, { exclusive: [key] }, (transaction, current) => {
      transaction.set(key, encodeUpload(created))
      if (current.lifecycle !== undefined) scheduleUpload(transaction, current, created, initiatedMs)
    })
    return created
  }

  /** Throws NoSuchUpload. */
  async get(bucket: Bucket, key: string, uploadId: string): Promise<Upload> {
    const value = isUploadId(uploadId) ? await this.#metadata.get(uploadKey(bucket.id, key, uploadId)) : undefined
    return found(value, uploadId)
  }

  /** Stores the body as a part. Throws NoSuchUpload, QuotaExceeded, and what the body or `verify` throw. */
  async putPart(
    bucket: Bucket,
    upload: Upload,
    partNumber: number,
    body: AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<Part> {
    const replaced = (): Promise<number> => this.#sizeOf(upload, partNumber)
    const admitted = this.#buckets.admit(bucket, body, options.sizeExpected, replaced)
    const bytes = admitted instanceof Promise ? await admitted : admitted
    const written = await this.#writer.write(bytes, { ...options, region: bucket.region })
    const { size, md5, checksum, piece } = written
    const part: Part = {
      partNumber,
      modifiedMs: this.#clock.now(),
      size,
      md5: md5.toString('hex'),
      checksum: checksum?.toString('base64'),
      checksumAlgorithm: options.algorithm,
      piece,
    }
    try {
      await this.#buckets.transact(bucket, this.#guards(bucket, upload, partNumber), async (transaction) => {
        keepWritten(transaction, written)
        await this.#keepPart(transaction, bucket, upload, part)
      })
    } catch (error) {
      if (isRefusal(error)) await this.#writer.discard(written)
      throw error
    }
    return part
  }

  /**
   * Makes a whole extent of another object a part, moving no bytes. Undefined where the source has been replaced since it was found.
   */
  async sharePart(
    bucket: Bucket,
    upload: Upload,
    source: Located,
    part: Omit<Part, 'modifiedMs'>,
  ): Promise<Part | undefined> {
    const { exclusive, shared } = this.#guards(bucket, upload, part.partNumber)
    const guards = { exclusive, shared: [...shared, headKey(source.bucket.id, source.key), ownersKey(part.piece)] }
    const kept: Part = { ...part, modifiedMs: this.#clock.now() }
    return this.#buckets.transact(bucket, guards, async (transaction) => {
      if (!(await this.#heads.isThere(transaction, source))) return undefined
      mentionAgain(transaction, part.piece)
      await this.#keepPart(transaction, bucket, upload, kept)
      return kept
    })
  }

  #guards(
    bucket: Bucket,
    { key, uploadId }: Upload,
    partNumber: number,
  ): { exclusive: Uint8Array[]; shared: Uint8Array[] } {
    return {
      exclusive: [partKey(uploadId, partNumber)],
      shared: [uploadKey(bucket.id, key, uploadId)],
    }
  }

  /** Bytes of a part that is there already; 0 where there is none. */
  async #sizeOf({ uploadId }: Upload, partNumber: number): Promise<number> {
    const value = await this.#metadata.get(partKey(uploadId, partNumber))
    return value === undefined ? 0 : decodePart(value).size
  }

  async #keepPart(transaction: Transaction, bucket: Bucket, { key, uploadId }: Upload, part: Part): Promise<void> {
    found(await transaction.get(uploadKey(bucket.id, key, uploadId)), uploadId)
    const record = partKey(uploadId, part.partNumber)
    const value = await transaction.get(record)
    const former = value && decodePart(value)
    if (former !== undefined) this.#end(transaction, former.piece)
    addUsage(transaction, bucket, 'unfinishedBytes', part.size - (former?.size ?? 0))
    transaction.set(record, encodePart(part))
  }

  /** Throws NoSuchUpload. The parts' bytes end. */
  async abort(bucket: Bucket, key: string, uploadId: string): Promise<void> {
    await this.get(bucket, key, uploadId)
    const record = uploadKey(bucket.id, key, uploadId)
    await this.#metadata.transact({ exclusive: [record], shared: [bucketKey(bucket.name)] }, async (transaction) => {
      found(await transaction.get(record), uploadId)
      await this.endParts(transaction, bucket, uploadId, () => true)
      transaction.delete(record)
    })
  }

  /** Removes all parts of an upload; the bytes of those that `ends` picks end with them. The transaction has the upload exclusively. */
  async endParts(
    transaction: Transaction,
    bucket: Pick<Bucket, 'id' | 'accountId'>,
    uploadId: string,
    ends: (part: Part) => boolean,
  ): Promise<void> {
    const parts = await allParts(transaction, uploadId)
    for (const part of parts) if (ends(part)) this.#end(transaction, part.piece)
    addUsage(transaction, bucket, 'unfinishedBytes', -parts.reduce((sum, { size }) => sum + size, 0))
    const { start, end } = partsOf(uploadId)
    transaction.deleteRange(start, end)
  }

  /** Parts after a number, in order. */
  async parts(uploadId: string, afterNumber: number, limit: number): Promise<readonly Part[]> {
    const { end } = partsOf(uploadId)
    const start = partKey(uploadId, Math.min(afterNumber + 1, 0xffff))
    const entries = await this.#metadata.read((snapshot) => snapshot.scan(start, end, { limit }))
    return entries.map(([, value]) => decodePart(value))
  }

  #end(transaction: Transaction, piece: Piece): void {
    endMention(transaction, piece, this.#clock.now(), this.#nonces.next())
  }
}

/** All parts of an upload, at most 10,000, in order. */
export async function allParts(snapshot: Snapshot, uploadId: string): Promise<readonly Part[]> {
  const { start, end } = partsOf(uploadId)
  return (await snapshot.scan(start, end, { limit: partNumberMax })).map(([, value]) => decodePart(value))
}

export const isUploadId = (text: string): boolean => /^[0-9a-z]{9}[0-9a-f]{48}$/.test(text)

function found(value: Uint8Array | undefined, uploadId: string): Upload {
  if (value === undefined) throw new ApiError('NoSuchUpload', undefined, { details: { UploadId: uploadId } })
  return decodeUpload(value)
}
