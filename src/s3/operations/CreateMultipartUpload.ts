import { compositeCapable, fullObjectCapable, type ChecksumAlgorithm } from '../../base/checksum/checksum.ts'
import { ApiError } from '../../base/errors.ts'
import { headEncryptionOf } from '../../objects/encryption/seal.ts'
import type { ChecksumType } from '../../objects/head.ts'
import { objectAccess } from '../access/object-access.ts'
import { encryptionMembers } from '../encryption.ts'
import { encryptionFor } from '../keys-of-clients.ts'
import { abortMembers } from '../lifecycle-headers.ts'
import { CreateMultipartUpload } from '../model.generated.ts'
import { asksForLock, requestedLock } from '../object-lock.ts'
import { requestedTags } from '../object-tags.ts'
import { operation } from '../operation.ts'
import { storedHeaders } from '../stored-headers.ts'
import { unsupportedWriteMembers } from '../unsupported.ts'

export default operation(CreateMultipartUpload, {
  action: 's3:PutObject',
  refuses: unsupportedWriteMembers,
  honours: { StorageClass: ['STANDARD'] },
  async handle(input, context) {
    const { accountId, bucket, services } = context
    const { ChecksumAlgorithm } = input
    const ChecksumType = checksumType(ChecksumAlgorithm, input.ChecksumType)
    const tags = await requestedTags(input, context)
    const lock = asksForLock(input) ? await requestedLock(input, context) : undefined
    const access = await objectAccess(input, context)
    const encryption = headEncryptionOf(encryptionFor(input, context))
    const upload = await services.uploads.create(bucket, {
      key: input.Key,
      accountId,
      ...storedHeaders(input),
      ...lock,
      ...access,
      tags,
      encryption,
      checksumAlgorithm: ChecksumAlgorithm,
      checksumType: ChecksumType,
    })
    const told = { ChecksumAlgorithm, ChecksumType, ...encryptionMembers(encryption) }
    return { Bucket: bucket.name, Key: input.Key, UploadId: upload.uploadId, ...abortMembers(bucket, upload), ...told }
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
