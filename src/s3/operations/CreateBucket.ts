import { ApiError } from '../../base/errors.ts'
import { CreateBucket } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(CreateBucket, {
  action: 's3:CreateBucket',
  honours: {
    ObjectLockEnabledForBucket: [false],
    ObjectOwnership: ['BucketOwnerEnforced'],
    BucketNamespace: ['global'],
  },
  async handle({ Bucket, CreateBucketConfiguration: configuration }, { accountId, services }) {
    const { region, regionAliases, buckets } = services
    if (configuration?.Bucket || configuration?.Location || configuration?.Tags?.length) {
      throw new ApiError('NotImplemented', 'Directory buckets and tags at creation are not implemented.')
    }
    const constraint = configuration?.LocationConstraint
    if (constraint && constraint !== region && !regionAliases.includes(constraint)) {
      throw new ApiError('InvalidLocationConstraint', undefined, { details: { LocationConstraint: constraint } })
    }
    try {
      await buckets.create({ name: Bucket, accountId, region, locationConstraint: constraint })
    } catch (error) {
      // In us-east-1, AWS lets the owner create a bucket again, which changes nothing.
      const harmless = error instanceof ApiError && error.code === 'BucketAlreadyOwnedByYou' && region === 'us-east-1'
      if (!harmless) throw error
    }
    return { Location: `/${Bucket}` }
  },
})
