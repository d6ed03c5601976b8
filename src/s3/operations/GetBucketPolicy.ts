import { noSuchPolicy, requireOwnersAccount } from '../bucket-policy.ts'
import { GetBucketPolicy } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetBucketPolicy, {
  action: 's3:GetBucketPolicy',
  handle(_input, context) {
    const { bucket } = context
    requireOwnersAccount(context)
    if (bucket.policy === undefined) throw noSuchPolicy(bucket)
    return { Policy: bucket.policy }
  },
})
