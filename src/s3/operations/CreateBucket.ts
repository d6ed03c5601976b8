import { ApiError } from '../../base/errors.ts'
import { newDelivery } from '../../objects/delivery-settings.ts'
import { bucketTagsMax, checkTags } from '../../objects/tags.ts'
import type { HttpRequest } from '../../http/message.ts'
import { newBucketAccess, requireSameAcl } from '../access/new-bucket-access.ts'
import type { Services } from '../context.ts'
import { CreateBucket } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(CreateBucket, {
  action: 's3:CreateBucket',
  honours: { BucketNamespace: ['global'] },
  async handle(input, context) {
    const { accountId, request, services } = context
    const { Bucket, CreateBucketConfiguration: configuration } = input
    const { buckets, toggles } = services
    if (configuration?.Bucket || configuration?.Location) {
      throw new ApiError('NotImplemented', 'Directory buckets are not implemented.')
    }
    const constraint = configuration?.LocationConstraint
    const region = regionFor(constraint, request, services)
    const inForce = toggles(undefined, accountId)
    const tags = configuration?.Tags?.length ? checkTags(configuration.Tags, bucketTagsMax) : undefined
    const access = await newBucketAccess(input, { accountId, services })
    if (access.acl !== undefined) context.authorizeNew('s3:PutBucketAcl', Bucket)
    if (access.ownership !== undefined) context.authorizeNew('s3:PutBucketOwnershipControls', Bucket)
    if (input.ObjectLockEnabledForBucket === true) {
      context.authorizeNew('s3:PutBucketObjectLockConfiguration', Bucket)
      context.authorizeNew('s3:PutBucketVersioning', Bucket)
    }
    // Object lock is for versions.
    const lock = input.ObjectLockEnabledForBucket && ({ versioning: 'Enabled', objectLock: {} } as const)
    try {
      await buckets.create({
        name: Bucket,
        accountId,
        region,
        locationConstraint: constraint,
        naming: inForce['naming.bucket'],
        bucketsMax: inForce['buckets.max'],
        ...(context.delivery && { delivery: { ...newDelivery(inForce), ...context.delivery } }),
        softDeleteDays: inForce['ext.softDeleteDays'] ?? undefined,
        tags,
        ...access,
        ...lock,
      })
    } catch (error) {
      // In us-east-1, AWS lets the owner create a bucket again, which changes nothing.
      const harmless = error instanceof ApiError && error.code === 'BucketAlreadyOwnedByYou' && region === 'us-east-1'
      if (!harmless) throw error
      requireSameAcl(await buckets.get(Bucket), access.acl, services)
    }
    return { Location: `/${Bucket}` }
  },
})

/** The region asked for; without one, that of the host, or the first. Throws InvalidLocationConstraint, IllegalLocationConstraintException. */
function regionFor(
  constraint: string | undefined,
  { host, forwarded }: HttpRequest,
  { regions, endpoints }: Services,
): string {
  const ofHost = endpoints.regionOfHost(forwarded.host ?? host)
  if (!constraint) return (ofHost ?? regions.first).name
  const asked = regions.find(constraint)
  if (asked === undefined) {
    throw new ApiError('InvalidLocationConstraint', undefined, { details: { LocationConstraint: constraint } })
  }
  if (ofHost !== undefined && ofHost !== asked) {
    throw new ApiError(
      'IllegalLocationConstraintException',
      `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    )
  }
  return asked.name
}
