import { z } from 'zod'
import { checkedQuota } from '../../access/quota.ts'
import { deliveryOf } from '../../objects/delivery-settings.ts'
import { bucket, quota, showBucketNow } from '../bucket.ts'
import { bucketOf } from '../bucket-of.ts'
import { requireSharing } from '../delivery-rights.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'PATCH',
  path: '/v1/buckets/{bucket}',
  summary: 'Change delivery and quota of a bucket',
  description: 'All of it at once, or nothing. What is not named stays as it is. Everything else is under `settings`.',
  tag: 'Buckets',
  right: 'storage.write',
  params: z.object({ bucket: z.string() }),
  body: z.object({
    delivery_enabled: z.boolean().optional(),
    policy: z.enum(['public', 'authenticated']).optional(),
    quota: quota.partial().optional(),
  }),
  answer: z.strictObject({ bucket }),
  errors: ['NoSuchBucket', 'AccessDenied'],
  target: ({ params }) => `bucket ${params.bucket}`,
  async handle({ params, body }, { principal, services, request }) {
    const found = await bucketOf(params.bucket, principal, services)
    if (body.delivery_enabled !== undefined || body.policy !== undefined)
      await requireSharing(found, principal, services, request)
    const changed = await services.buckets.update(found, (current) => {
      const delivery = deliveryOf(current)
      const { bytes_max = current.quota?.bytesMax, objects_max = current.quota?.objectsMax } = body.quota ?? {}
      return {
        ...current,
        delivery: { enabled: body.delivery_enabled ?? delivery.enabled, policy: body.policy ?? delivery.policy },
        quota: checkedQuota({ bytesMax: bytes_max ?? undefined, objectsMax: objects_max ?? undefined }),
      }
    })
    return { bucket: await showBucketNow(changed, services) }
  },
})
