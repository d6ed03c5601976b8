import { requireOwnersAccount } from '../bucket-policy.ts'
import { DeleteBucketPolicy } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(DeleteBucketPolicy, {
  action: 's3:DeleteBucketPolicy',
  async handle(_input, context) {
    const { bucket, services } = context
    requireOwnersAccount(context)
    await services.buckets.update(bucket, ({ policy: _, ...current }) => current)
    return {}
  },
})
