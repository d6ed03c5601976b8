import { ApiError } from '../../base/errors.ts'
import { GetPublicAccessBlock } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetPublicAccessBlock, {
  action: 's3:GetBucketPublicAccessBlock',
  handle(_input, { bucket: { name, publicAccessBlock: block } }) {
    if (block === undefined) {
      throw new ApiError('NoSuchPublicAccessBlockConfiguration', undefined, { details: { BucketName: name } })
    }
    return {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: block.blockPublicAcls,
        IgnorePublicAcls: block.ignorePublicAcls,
        BlockPublicPolicy: block.blockPublicPolicy,
        RestrictPublicBuckets: block.restrictPublicBuckets,
      },
    }
  },
})
