import { z } from 'zod'
import { bucket, showBucketNow } from '../bucket.ts'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/buckets/{bucket}',
  summary: 'Show a bucket',
  tag: 'Buckets',
  right: 'storage.read',
  params: z.object({ bucket: z.string() }),
  answer: z.strictObject({ bucket }),
  errors: ['NoSuchBucket'],
  async handle({ params }, { principal, services }) {
    return { bucket: await showBucketNow(await bucketOf(params.bucket, principal, services), services) }
  },
})
