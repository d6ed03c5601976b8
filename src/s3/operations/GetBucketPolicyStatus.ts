import { isPublicBucket } from '../bucket-policy.ts'
import { GetBucketPolicyStatus } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetBucketPolicyStatus, {
  action: 's3:GetBucketPolicyStatus',
  handle: (_input, { bucket, services }) => ({
    PolicyStatus: { IsPublic: isPublicBucket(bucket, services.toggles(bucket).acl) },
  }),
})
