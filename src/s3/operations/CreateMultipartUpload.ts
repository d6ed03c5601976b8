import { compositeCapable, fullObjectCapable, type ChecksumAlgorithm } from '../../base/checksum/checksum.ts'
import { ApiError } from '../../base/errors.ts'
import type { ChecksumType } from '../../objects/head.ts'
import { CreateMultipartUpload } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { storedHeaders } from '../stored-headers.ts'
import { unsupportedWriteMembers } from '../unsupported.ts'

export default operation(CreateMultipartUpload, {
  action: 's3:PutObject',
  refuses: unsupportedWriteMembers,
  honours: { StorageClass: ['STANDARD'] },
  async handle(input, { accountId, bucket, services }) {
    const { ChecksumAlgorithm } = input
    const ChecksumType = checksumType(ChecksumAlgorithm, input.ChecksumType)
    const { uploadId } = await services.uploads.create(bucket, {
      key: input.Key,
      accountId,
      ...storedHeaders(input),
      checksumAlgorithm: ChecksumAlgorithm,
      checksumType: ChecksumType,
    })
    return { Bucket: bucket.name, Key: input.Key, UploadId: uploadId, ChecksumAlgorithm, ChecksumType }
  },
})

/** Throws InvalidRequest where S3 does not offer the type with the algorithm. */
function checksumType(
  algorithm: ChecksumAlgorithm | undefined,
  type: ChecksumType | undefined,
): ChecksumType | undefined {
  if (algorithm === undefined) {
    if (type === undefined) return undefined
    throw new ApiError(
      'InvalidRequest',
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    )
  }
  const chosen = type ?? (compositeCapable[algorithm] ? 'COMPOSITE' : 'FULL_OBJECT')
  if (!(chosen === 'COMPOSITE' ? compositeCapable : fullObjectCapable)[algorithm]) {
    throw new ApiError(
      'InvalidRequest',
      `The ${chosen} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    )
  }
  return chosen
}
