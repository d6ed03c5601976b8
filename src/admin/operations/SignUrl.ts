import { z } from 'zod'
import { signDeliveryToken } from '../../access/delivery-token.ts'
import { bucketOf } from '../bucket-of.ts'
import { requireReading } from '../delivery-rights.ts'
import { deliveryUrl, uriOfKey } from '../delivery-url.ts'
import { operation } from '../operation.ts'
import { showTime, timestamp } from '../schemas.ts'

const list = z.array(z.string().max(256)).min(1).max(100)

export default operation({
  method: 'POST',
  path: '/v1/signed-urls',
  summary: 'Make a signed delivery URL',
  description:
    "With a token signed by the server's own key of the bucket: it is listed among the signing keys, and deleting it ends all links made so. `uri` is what the token opens, the key alone unless given: a folder for a title of many files, or nothing for the whole bucket.",
  tag: 'Links',
  right: 'storage.write',
  body: z.object({
    bucket: z.string(),
    key: z.string().min(1).max(1024),
    uri: z.string().max(1024).optional(),
    expires_seconds: z
      .int()
      .min(1)
      .max(10 * 365 * 86_400)
      .nullable()
      .default(3600)
      .meta({ description: 'Null: never.' }),
    not_before_seconds: z.int().min(0).optional().meta({ description: 'From now.' }),
    by: z.enum(['query', 'path']).default('query'),
    claims: z
      .strictObject({
        ip: list.optional(),
        referer: list.optional(),
        country: list.optional(),
        methods: z
          .array(z.enum(['GET', 'HEAD']))
          .min(1)
          .optional(),
        rate: z.int().min(1).optional(),
        jti: z.string().max(256).optional(),
        sub: z.string().max(256).optional(),
      })
      .optional(),
  }),
  answer: z.strictObject({ url: z.string(), token: z.string(), key_id: z.string(), expires: timestamp.nullable() }),
  errors: ['NoSuchBucket', 'AccessDenied'],
  target: ({ body }) => `link to ${body.bucket}/${body.key}`,
  async handle({ body }, { principal, services, request }) {
    const bucket = await bucketOf(body.bucket, principal, services)
    await requireReading(bucket, principal, services, request)
    const key = await services.signingKeys.serverKey({
      bucketId: bucket.id,
      accountId: bucket.accountId,
      target: { kind: 'bucket', value: bucket.name },
      presence: services.buckets.presence(bucket),
    })
    const nowMs = services.clock.now()
    const expiresAt = body.expires_seconds === null ? undefined : nowMs + body.expires_seconds * 1000
    const notBefore = body.not_before_seconds === undefined ? undefined : nowMs + body.not_before_seconds * 1000
    const claims = Object.fromEntries(Object.entries(body.claims ?? {}).filter(([, value]) => value !== undefined))
    const token = await signDeliveryToken({ key, uri: body.uri ?? uriOfKey(body.key), expiresAt, notBefore, claims })
    const url = deliveryUrl(services.origins.delivery(bucket), body.key, token, body.by)
    return { url, token, key_id: key.id, expires: expiresAt === undefined ? null : showTime(expiresAt) }
  },
})
