import { z } from 'zod'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/revoked-tokens',
  summary: 'Revoke one delivery token',
  description:
    'By its `jti` claim; the key and its other tokens stay. `until` is when the token expires anyway, after which it need not be remembered.',
  tag: 'Signing keys',
  right: 'storage.write',
  params: z.object({ bucket: z.string() }),
  body: z.object({ jti: z.string().min(1).max(256), until: z.iso.datetime({ offset: true }).optional() }),
  answer: done,
  errors: ['NoSuchBucket', 'LimitExceeded'],
  target: ({ params }) => `a token of bucket ${params.bucket}`,
  async handle({ params, body }, { principal, services }) {
    const bucket = await bucketOf(params.bucket, principal, services)
    const untilMs = body.until === undefined ? undefined : Date.parse(body.until)
    const presence = services.buckets.presence(bucket)
    await services.signingKeys.revokeToken({ bucketId: bucket.id, presence, jti: body.jti, untilMs })
    return ok
  },
})
