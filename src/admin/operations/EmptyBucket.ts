import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { bucketOrRest, emptying, progressOf } from '../emptying.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/empty-and-delete',
  summary: 'Delete a bucket with all that is in it',
  description:
    'It begins at once, goes on by itself, and cannot be stopped: from now on nobody finds the bucket any more. Ask for its progress with GET; to order it again does no harm. A bucket that holds a locked version stays as it is. `confirm` is the name of the bucket.',
  tag: 'Buckets',
  right: 'storage.write',
  params: z.object({ bucket: z.string() }),
  body: z.object({ confirm: z.string() }),
  status: 202,
  answer: z.strictObject({ job: emptying }),
  errors: ['NoSuchBucket', 'AccessDenied'],
  target: ({ params }) => `bucket ${params.bucket} with all that is in it`,
  async handle({ params, body }, { principal, services, request }) {
    const bucket = await bucketOrRest(params.bucket, principal, services)
    if (body.confirm !== bucket.name) {
      throw new ApiError('InvalidArgument', 'Write the name of the bucket as `confirm`, if it is meant.')
    }
    if (bucket.deleting !== true) await begin(bucket.name)
    return { job: await progressOf(bucket, services) }

    async function begin(Bucket: string): Promise<void> {
      // It is not waited for.
      const signal = AbortSignal.abort()
      try {
        await services.s3('ForceDeleteBucket', { Bucket }, principal, { ...request, signal })
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'SlowDown') throw error
      }
    }
  },
})
