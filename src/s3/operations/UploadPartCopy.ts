import { asStream } from '../../base/bytes.ts'
import { ApiError } from '../../base/errors.ts'
import type { ByteRange } from '../../blobs/blob-store.ts'
import { parseCopySourceRange } from '../../http/range.ts'
import type { CustomerKey, Encryption } from '../../objects/encryption/seal.ts'
import { etagOf } from '../../objects/head.ts'
import type { Piece } from '../../objects/extent.ts'
import type { Located } from '../../objects/objects.ts'
import type { Part, Upload } from '../../objects/upload.ts'
import type { Context } from '../context.ts'
import { findCopySource } from '../copy-source.ts'
import { encryptionMembers, encryptionOfPart, keyToRead } from '../encryption.ts'
import { keyOf, keyOfSource } from '../keys-of-clients.ts'
import { UploadPartCopy } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMember, seconds } from '../output.ts'
import { partsOf } from '../read.ts'
import { foundVersionId } from '../version.ts'
import { putSizeMax } from './PutObject.ts'

/** How often a source may be replaced between being found and being copied. */
const attemptsMax = 5

export default operation(UploadPartCopy, {
  action: 's3:PutObject',
  async handle(input, context) {
    const { bucket, services } = context
    const upload = await services.uploads.get(bucket, input.Key, input.UploadId)
    const encryption = encryptionOfPart(upload.encryption, keyOf(input, context))
    const sent = keyOfSource(input, context)
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const source = await findCopySource(input, context)
      const { size } = source.head
      const range =
        input.CopySourceRange === undefined
          ? { start: 0, end: size }
          : parseCopySourceRange(input.CopySourceRange, size)
      if (range.end - range.start > putSizeMax) throw tooLarge()
      const sourceKey = keyToRead(source.head.encryption, sent)
      const options = { partNumber: input.PartNumber, encryption, sourceKey }
      const part =
        (await share(context, upload, source, range, options)) ?? (await copy(context, upload, source, range, options))
      if (part !== undefined) {
        return {
          CopySourceVersionId: foundVersionId(source.bucket, source.head),
          ...encryptionMembers(upload.encryption),
          CopyPartResult: {
            ETag: part.md5,
            LastModified: seconds(part.modifiedMs),
            ...checksumMember(part.checksumAlgorithm, part.checksum),
          },
        }
      }
    }
    throw new ApiError('SlowDown')
  },
})

/**
 * Where the range is a whole extent whose MD5 is known, the upload asks for no other checksum, and both are encrypted or neither is: no byte is
 * moved.
 */
async function share(
  { bucket, services }: Context,
  upload: Upload,
  source: Located,
  range: ByteRange,
  { partNumber, encryption, sourceKey }: CopyOptions,
): Promise<Part | undefined> {
  const from = source.head.encryption
  if (upload.checksumAlgorithm !== undefined || (encryption === undefined) !== (from === undefined)) return undefined
  if (source.bucket.region !== bucket.region) return undefined
  const whole = await wholePiece(source, range, services)
  if (whole === undefined) return undefined
  const share = (piece: Piece, md5: string): Promise<Part | undefined> =>
    services.uploads.sharePart(bucket, upload, source, { partNumber, size: range.end - range.start, piece, md5 })
  if (encryption?.kind === from?.kind && encryption?.kind !== 'SSE-C') return share(whole.piece, whole.md5)
  const resealed = await services.objects.reseal(whole.piece, sourceKey, encryption)
  return resealed && share(resealed.content, resealed.md5.toString('hex'))
}

async function wholePiece(
  { head }: Located,
  { start, end }: ByteRange,
  services: Context['services'],
): Promise<{ readonly piece: Piece; readonly md5: string } | undefined> {
  if (head.extent.kind !== 'manifest') {
    return start === 0 && end === head.size ? { piece: head.extent, md5: etagOf(head) } : undefined
  }
  let offset = 0
  for (const { piece, md5, size } of (await partsOf(head, services)) ?? []) {
    if (offset === start && offset + size === end) return { piece, md5 }
    offset += size
  }
  return undefined
}

/** Undefined where the source has been replaced meanwhile. */
async function copy(
  { bucket, services }: Context,
  upload: Upload,
  { head }: Located,
  range: ByteRange,
  { partNumber, encryption, sourceKey }: CopyOptions,
): Promise<Part | undefined> {
  const bytes = await services.objects.reader.read(head.extent, range, sourceKey)
  if (bytes === undefined) return undefined
  const size = range.end - range.start
  const { checksumAlgorithm: algorithm } = upload
  return services.uploads.putPart(bucket, upload, partNumber, asStream(bytes), {
    sizeExpected: size,
    sizeMax: putSizeMax,
    algorithm,
    encryption,
  })
}

interface CopyOptions {
  readonly partNumber: number
  readonly encryption: Encryption | undefined
  readonly sourceKey: CustomerKey | undefined
}

const tooLarge = (): ApiError =>
  new ApiError(
    'InvalidRequest',
    `The specified copy source is larger than the maximum allowable size for a copy source: ${putSizeMax}`,
  )
