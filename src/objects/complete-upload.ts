/**
 * Makes an object of an upload's parts (CompleteMultipartUpload), in one transaction:
 *  1. the parts named are those that were uploaded, in order, large enough, with the ETags and checksums that the client knows;
 *  2. the manifest is written, and its pieces are now mentioned by it instead of by the parts' records;
 *  3. parts that were uploaded but not named end;
 *  4. the object's head is replaced, under the request's conditions;
 *  5. the upload is gone.
 * No byte is read or moved: ETag and checksum come from those of the parts.
 */
import { createHash } from 'node:crypto'
import { checksumOf } from '../base/checksum/checksum.ts'
import { combine, type CombinableAlgorithm } from '../base/checksum/combine.ts'
import { ApiError } from '../base/errors.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import { encodeManifest } from './content-reader.ts'
import type { ManifestPart } from './extent.ts'
import type { Checksummed, Head } from './head.ts'
import type { Heads } from './heads.ts'
import { headKey, manifestKey, uploadKey } from './keys.ts'
import type { Numbers } from './numbers.ts'
import type { Part, Upload } from './upload.ts'
import { allParts, type Uploads } from './uploads.ts'
import type { Condition, Versions } from './versions.ts'

/** A part as the client names it. */
export interface NamedPart {
  readonly partNumber: number
  /** With or without quotes. */
  readonly etag: string
  /** Base64, where the client sent one. */
  readonly checksum?: string | undefined
}

/** What an upload is about to become. */
export interface Whole {
  readonly upload: Upload
  readonly size: number
  readonly checksum: Checksummed | undefined
}

export interface CompleteOptions {
  readonly parts: readonly NamedPart[]
  readonly condition?: Condition | undefined
  /** Throws where the whole is not what the client declared (x-amz-checksum-*, x-amz-mp-object-size), or the upload not as it must be. */
  readonly verify?: ((whole: Whole) => void) | undefined
}

/** Bytes that every part but the last must have. */
export const partSizeMin = 5 * 1024 * 1024
/** 50 TB, as AWS has it since 2025. */
export const objectSizeMax = 50 * 1024 ** 4

export class UploadCompleter {
  readonly #buckets: Buckets
  readonly #heads: Heads
  readonly #uploads: Uploads
  readonly #versions: Versions
  readonly #numbers: Numbers

  constructor(parts: {
    readonly buckets: Buckets
    readonly heads: Heads
    readonly uploads: Uploads
    readonly versions: Versions
    readonly numbers: Numbers
  }) {
    this.#buckets = parts.buckets
    this.#heads = parts.heads
    this.#uploads = parts.uploads
    this.#versions = parts.versions
    this.#numbers = parts.numbers
  }

  /** Answers the new version; again the same when the request is repeated. Throws NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, BadDigest, QuotaExceeded. */
  async complete(bucket: Bucket, key: string, uploadId: string, options: CompleteOptions): Promise<Head> {
    checkOrder(options.parts)
    const id = await this.#numbers.take()
    const uploadRecord = uploadKey(bucket.id, key, uploadId)
    return this.#buckets.transact(
      bucket,
      { exclusive: [headKey(bucket.id, key), uploadRecord] },
      async (transaction, current) => {
        const upload = await this.#open(bucket, key, uploadId)
        if ('extent' in upload) return upload
        const parts = choose(options.parts, await allParts(transaction, uploadId), upload)
        const size = parts.reduce((sum, part) => sum + part.size, 0)
        if (size > objectSizeMax) throw new ApiError('EntityTooLarge')
        const checksum = checksumOfWhole(upload, parts)
        options.verify?.({ upload, size, checksum })
        transaction.set(manifestKey(id), encodeManifest({ parts: parts.map(manifestPart) }))
        const named = new Set(parts.map(({ partNumber }) => partNumber))
        await this.#uploads.endParts(transaction, bucket, uploadId, ({ partNumber }) => !named.has(partNumber))
        transaction.delete(uploadRecord)
        const { system, metadata, tags, acl, ownerId, retention, legalHold, encryption } = upload
        const described = { system, metadata, tags, acl, ownerId, retention, legalHold, encryption }
        const extent = { kind: 'manifest', id, size, parts: parts.length } as const
        const head = { size, md5: md5OfMd5s(parts), parts: parts.length, ...described, checksum, extent, uploadId }
        return this.#versions.put(transaction, current, key, head, options.condition)
      },
    )
  }

  /** The upload, or the version that it has become. Throws NoSuchUpload. */
  async #open(bucket: Bucket, key: string, uploadId: string): Promise<Upload | Head> {
    try {
      return await this.#uploads.get(bucket, key, uploadId)
    } catch (error) {
      const head = await this.#heads.find(bucket, key)
      if (head?.uploadId === uploadId) return head
      throw error
    }
  }
}

function checkOrder(parts: readonly NamedPart[]): void {
  if (parts.length === 0) throw new ApiError('MalformedXML', 'You must specify at least one part')
  let last = 0
  for (const { partNumber } of parts) {
    if (partNumber < last) throw new ApiError('InvalidPartOrder')
    last = partNumber
  }
}

/** The uploaded parts that the client names, each checked against what it says of it. */
function choose(named: readonly NamedPart[], uploaded: readonly Part[], upload: Upload): readonly Part[] {
  const byNumber = new Map(uploaded.map((part) => [part.partNumber, part]))
  // A number given twice is a part uploaded twice: the last says which.
  const last = named.filter(({ partNumber }, index) => named[index + 1]?.partNumber !== partNumber)
  const chosen = last.map(({ partNumber, etag, checksum }) => {
    const part = byNumber.get(partNumber)
    const details = { UploadId: upload.uploadId, PartNumber: String(partNumber), ETag: etag }
    if (part === undefined || part.md5 !== etag.replaceAll('"', '').toLowerCase())
      throw new ApiError('InvalidPart', undefined, { details })
    if (checksum !== undefined && checksum !== part.checksum) throw new ApiError('InvalidPart', undefined, { details })
    return part
  })
  for (const { size, partNumber, md5 } of chosen.slice(0, -1)) {
    if (size >= partSizeMin) continue
    throw new ApiError('EntityTooSmall', undefined, {
      details: {
        ProposedSize: String(size),
        MinSizeAllowed: String(partSizeMin),
        PartNumber: String(partNumber),
        ETag: md5,
      },
    })
  }
  return chosen
}

const manifestPart = ({ partNumber, size, md5, checksum, piece }: Part): ManifestPart => ({
  partNumber,
  size,
  md5,
  checksum,
  piece,
})

function md5OfMd5s(parts: readonly Part[]): Buffer {
  const md5 = createHash('md5')
  for (const part of parts) md5.update(part.md5, 'hex')
  return md5.digest()
}

function checksumOfWhole({ checksumAlgorithm, checksumType }: Upload, parts: readonly Part[]): Checksummed | undefined {
  if (checksumAlgorithm === undefined || checksumType === undefined) return undefined
  if (parts.some(({ checksum }) => checksum === undefined)) return undefined
  const digests = parts.map(({ checksum }) => Buffer.from(checksum!, 'base64'))
  if (checksumType === 'COMPOSITE') {
    const value = `${checksumOf(checksumAlgorithm, Buffer.concat(digests)).toString('base64')}-${parts.length}`
    return { algorithm: checksumAlgorithm, type: checksumType, value }
  }
  let whole: Buffer = digests[0]!
  for (let index = 1; index < digests.length; index++) {
    whole = combine(checksumAlgorithm as CombinableAlgorithm, whole, digests[index]!, parts[index]!.size)
  }
  return { algorithm: checksumAlgorithm, type: checksumType, value: whole.toString('base64') }
}
