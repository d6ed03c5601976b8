import { aclAnswer } from '../access/acl-answer.ts'
import { bucketAcl } from '../access/acl-rules.ts'
import { GetBucketAcl } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetBucketAcl, {
  action: 's3:GetBucketAcl',
  handle: (_input, { bucket, services }) => aclAnswer(bucketAcl(bucket, services.toggles(bucket).acl), services),
})
