import { ApiError } from '../../base/errors.ts'
import { GetBucketEncryption } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetBucketEncryption, {
  action: 's3:GetEncryptionConfiguration',
  handle(_input, { bucket }) {
    if (bucket.encryption === undefined) {
      throw new ApiError('ServerSideEncryptionConfigurationNotFoundError', undefined, {
        details: { BucketName: bucket.name },
      })
    }
    const { algorithm, bucketKeyEnabled = false } = bucket.encryption
    const rule = {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: algorithm },
      BucketKeyEnabled: bucketKeyEnabled,
    }
    return { ServerSideEncryptionConfiguration: { Rules: [rule] } }
  },
})
