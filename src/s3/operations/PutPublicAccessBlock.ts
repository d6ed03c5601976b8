import { PutPublicAccessBlock } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(PutPublicAccessBlock, {
  action: 's3:PutBucketPublicAccessBlock',
  async handle({ PublicAccessBlockConfiguration: block }, { bucket, services }) {
    const publicAccessBlock = {
      blockPublicAcls: block.BlockPublicAcls ?? false,
      ignorePublicAcls: block.IgnorePublicAcls ?? false,
      blockPublicPolicy: block.BlockPublicPolicy ?? false,
      restrictPublicBuckets: block.RestrictPublicBuckets ?? false,
    }
    await services.buckets.update(bucket, (current) => ({ ...current, publicAccessBlock }))
    return {}
  },
})
