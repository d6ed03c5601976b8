import { ApiError } from '../../base/errors.ts'
import { isPrivateAcl } from '../../objects/acl.ts'
import { bucketAcl } from '../access/acl-rules.ts'
import { requireOwnership } from '../access/new-bucket-access.ts'
import { PutBucketOwnershipControls } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(PutBucketOwnershipControls, {
  action: 's3:PutBucketOwnershipControls',
  async handle({ OwnershipControls: { Rules } }, { bucket, services }) {
    const [rule, ...more] = Rules
    if (rule === undefined || more.length > 0) throw new ApiError('MalformedXML')
    const { ObjectOwnership: ownership } = rule
    const mode = services.toggles(bucket).acl
    requireOwnership(ownership, mode)
    await services.buckets.update(bucket, (current) => {
      if (ownership === 'BucketOwnerEnforced' && !isPrivateAcl(bucketAcl(current, mode))) {
        throw new ApiError('InvalidBucketAclWithObjectOwnership')
      }
      return { ...current, ownership }
    })
    return {}
  },
})
