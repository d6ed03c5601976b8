import { DeletePublicAccessBlock } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(DeletePublicAccessBlock, {
  action: 's3:PutBucketPublicAccessBlock',
  async handle(_input, { bucket, services }) {
    await services.buckets.update(bucket, ({ publicAccessBlock: _, ...current }) => current)
    return {}
  },
})
