import { parsePolicy } from '../../access/policy/parse-policy.ts'
import { refuseBlockedPolicy, refuseLockingOut, requireOwnersAccount } from '../bucket-policy.ts'
import { PutBucketPolicy } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(PutBucketPolicy, {
  action: 's3:PutBucketPolicy',
  async handle({ Policy: policy, ConfirmRemoveSelfBucketAccess: confirmed = false }, context) {
    const { identity, bucket, services } = context
    requireOwnersAccount(context)
    const lenient = services.toggles(bucket)['policy.validation'] === 'lenient'
    const parsed = parsePolicy(policy, 'bucket', bucket.name, { lenient })
    if (!confirmed) refuseLockingOut(bucket, parsed, identity)
    await services.buckets.update(bucket, (current) => {
      refuseBlockedPolicy(current, parsed)
      return { ...current, policy }
    })
    return {}
  },
})
