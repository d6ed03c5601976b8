import { z } from 'zod'
import { deliveryOf } from '../../objects/delivery-settings.ts'
import { bucketOf } from '../bucket-of.ts'
import { requireSharing } from '../delivery-rights.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'PUT',
  path: '/v1/buckets/{bucket}/policy/{policy}',
  summary: 'Say who may read a bucket through delivery',
  description:
    '`public`: everybody. `authenticated`: who has a URL signed with one of its signing keys. It holds from the next request on.',
  tag: 'Buckets',
  right: 'storage.write',
  params: z.object({ bucket: z.string(), policy: z.enum(['public', 'authenticated']) }),
  answer: done,
  errors: ['NoSuchBucket', 'AccessDenied'],
  target: ({ params }) => `bucket ${params.bucket}`,
  async handle({ params: { bucket: name, policy } }, { principal, services, request }) {
    const bucket = await bucketOf(name, principal, services)
    await requireSharing(bucket, principal, services, request)
    await services.buckets.update(bucket, (current) => ({ ...current, delivery: { ...deliveryOf(current), policy } }))
    return ok
  },
})
