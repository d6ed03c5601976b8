import { z } from 'zod'
import { bucketOrRest, emptying, progressOf } from '../emptying.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/buckets/{bucket}/empty-and-delete',
  summary: 'How far the deletion of a bucket has come',
  description: 'NoSuchBucket once it is done.',
  tag: 'Buckets',
  right: 'storage.read',
  params: z.object({ bucket: z.string() }),
  answer: z.strictObject({ job: emptying }),
  errors: ['NoSuchBucket'],
  async handle({ params }, { principal, services }) {
    return { job: await progressOf(await bucketOrRest(params.bucket, principal, services), services) }
  },
})
