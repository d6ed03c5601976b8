import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { bucket, showBucketNow } from '../bucket.ts'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'
import { unlessMissing } from '../unless-missing.ts'

export default operation({
  method: 'POST',
  path: '/v1/buckets',
  summary: 'Create a bucket',
  description:
    'Its name is unique over all accounts and regions. What is not said here is as the profile in force has it.',
  tag: 'Buckets',
  right: 'storage.write',
  body: z.object({
    name: z.string().min(1).max(128),
    region: z.string().optional(),
    policy: z.enum(['public', 'authenticated']).optional(),
    delivery_enabled: z.boolean().optional(),
    object_lock: z.boolean().optional(),
  }),
  status: 201,
  answer: z.strictObject({ bucket }),
  errors: [
    'InvalidBucketName',
    'BucketAlreadyExists',
    'BucketAlreadyOwnedByYou',
    'InvalidLocationConstraint',
    'TooManyBuckets',
    'OperationAborted',
  ],
  target: ({ body }) => `bucket ${body.name}`,
  async handle({ body: { name, region, policy, delivery_enabled, object_lock } }, { principal, services, request }) {
    const first = services.regions.first.name
    // S3 lets an owner create a bucket again in us-east-1; here it is said that it is there.
    const existing = await unlessMissing(services.buckets.get(name))
    if (existing?.accountId === principal.account.id) throw new ApiError('BucketAlreadyOwnedByYou')
    const input = {
      Bucket: name,
      ...(region !== undefined && region !== first && { CreateBucketConfiguration: { LocationConstraint: region } }),
      ...(object_lock === true && { ObjectLockEnabledForBucket: true }),
    }
    const delivery = {
      ...(delivery_enabled !== undefined && { enabled: delivery_enabled }),
      ...(policy !== undefined && { policy }),
    }
    await services.s3('CreateBucket', input, principal, request, { delivery })
    return { bucket: await showBucketNow(await bucketOf(name, principal, services), services) }
  },
})
