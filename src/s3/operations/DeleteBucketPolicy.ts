import { DeleteBucketPolicy } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(DeleteBucketPolicy, {
  action: 's3:DeleteBucketPolicy',
  async handle(_input, { bucket, services }) {
    await services.buckets.update(bucket, ({ policy: _, ...current }) => current)
    return {}
  },
})
