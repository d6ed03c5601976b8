import { ApiError } from '../../base/errors.ts'
import type { ByteRange } from '../../blobs/blob-store.ts'
import { parseCopySourceRange } from '../../http/range.ts'
import { etagOf } from '../../objects/head.ts'
import type { Piece } from '../../objects/extent.ts'
import type { Located } from '../../objects/objects.ts'
import type { Part, Upload } from '../../objects/upload.ts'
import type { Context } from '../context.ts'
import { findCopySource } from '../copy-source.ts'
import { UploadPartCopy } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMember, seconds } from '../output.ts'
import { partsOf } from '../read.ts'
import { customerKey } from '../unsupported.ts'
import { putSizeMax } from './PutObject.ts'

/** How often a source may be replaced between being found and being copied. */
const attemptsMax = 5

export default operation(UploadPartCopy, {
  action: 's3:PutObject',
  refuses: [
    ...customerKey,
    'CopySourceSSECustomerAlgorithm',
    'CopySourceSSECustomerKey',
    'CopySourceSSECustomerKeyMD5',
  ],
  async handle(input, context) {
    const { bucket, services } = context
    const upload = await services.uploads.get(bucket, input.Key, input.UploadId)
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const source = await findCopySource(input, context)
      const { size } = source.head
      const range =
        input.CopySourceRange === undefined
          ? { start: 0, end: size }
          : parseCopySourceRange(input.CopySourceRange, size)
      if (range.end - range.start > putSizeMax) throw tooLarge()
      const part =
        (await share(context, upload, source, range, input.PartNumber)) ??
        (await copy(context, upload, source, range, input.PartNumber))
      if (part !== undefined) {
        return {
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

/** Where the range is a whole extent whose MD5 is known, and the upload asks for no other checksum: no byte is moved. */
async function share(
  { bucket, services }: Context,
  upload: Upload,
  source: Located,
  range: ByteRange,
  partNumber: number,
): Promise<Part | undefined> {
  if (upload.checksumAlgorithm !== undefined) return undefined
  const whole = await wholePiece(source, range, services)
  if (whole === undefined) return undefined
  return services.uploads.sharePart(bucket, upload, source, { partNumber, size: range.end - range.start, ...whole })
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
  partNumber: number,
): Promise<Part | undefined> {
  const bytes = await services.objects.reader.read(head.extent, range)
  if (bytes === undefined) return undefined
  const body = bytes instanceof Uint8Array ? once(bytes) : bytes
  const size = range.end - range.start
  const { checksumAlgorithm: algorithm } = upload
  return services.uploads.putPart(bucket, upload, partNumber, body, {
    sizeExpected: size,
    sizeMax: putSizeMax,
    algorithm,
  })
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const tooLarge = (): ApiError =>
  new ApiError(
    'InvalidRequest',
    `The specified copy source is larger than the maximum allowable size for a copy source: ${putSizeMax}`,
  )
