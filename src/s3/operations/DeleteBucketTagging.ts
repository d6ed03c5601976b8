import { DeleteBucketTagging } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(DeleteBucketTagging, {
  action: 's3:PutBucketTagging',
  async handle(_input, { bucket, services }) {
    await services.buckets.update(bucket, ({ tags: _, ...current }) => current)
    return {}
  },
})
