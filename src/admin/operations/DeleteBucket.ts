import { z } from 'zod'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/buckets/{bucket}',
  summary: 'Delete an empty bucket',
  tag: 'Buckets',
  right: 'storage.write',
  params: z.object({ bucket: z.string() }),
  answer: done,
  errors: ['NoSuchBucket', 'BucketNotEmpty'],
  target: ({ params }) => `bucket ${params.bucket}`,
  async handle({ params }, { principal, services, request }) {
    const { name } = await bucketOf(params.bucket, principal, services)
    await services.s3('DeleteBucket', { Bucket: name }, principal, request)
    return ok
  },
})
