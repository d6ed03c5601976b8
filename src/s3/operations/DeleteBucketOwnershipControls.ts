import { DeleteBucketOwnershipControls } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(DeleteBucketOwnershipControls, {
  action: 's3:PutBucketOwnershipControls',
  async handle(_input, { bucket, services }) {
    await services.buckets.update(bucket, ({ ownership: _, ...current }) => current)
    return {}
  },
})
