import { refuseBlocked } from '../access/acl-refusal.ts'
import { putAcl } from '../access/put-acl.ts'
import { PutBucketAcl } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(PutBucketAcl, {
  action: 's3:PutBucketAcl',
  async handle(input, { bucket, services }) {
    const acl = await putAcl(input, { bucket, ownerId: bucket.accountId, services })
    if (acl !== undefined) {
      await services.buckets.update(bucket, (current) => {
        refuseBlocked(current, acl)
        return { ...current, acl }
      })
    }
    return {}
  },
})
