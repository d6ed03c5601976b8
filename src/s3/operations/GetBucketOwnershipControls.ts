import { ApiError } from '../../base/errors.ts'
import { GetBucketOwnershipControls } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetBucketOwnershipControls, {
  action: 's3:GetBucketOwnershipControls',
  handle(_input, { bucket, services }) {
    // Where there are no ACLs unless they are switched on, that is what AWS says of a new bucket.
    const ownership = bucket.ownership ?? (services.toggles(bucket).acl === 'full' ? undefined : 'BucketOwnerEnforced')
    if (ownership === undefined) {
      throw new ApiError('OwnershipControlsNotFoundError', undefined, { details: { BucketName: bucket.name } })
    }
    return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } }
  },
})
