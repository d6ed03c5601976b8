import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { bucketOf } from '../bucket-of.ts'
import { requireReading } from '../delivery-rights.ts'
import { operation } from '../operation.ts'
import { label } from '../schemas.ts'
import { bucketOfStream, newSigningKey, showSigningKey } from '../signing-key.ts'

export default operation({
  method: 'POST',
  path: '/v1/signing-keys',
  summary: 'Create a signing key',
  description:
    'A key signs delivery tokens for one bucket: name it by `bucket`, `bucket_name` or its `stream_id`, whichever you prefer. The private key (RSA, PKCS#1 PEM) is answered only now and is not kept: put it in a safe place.',
  tag: 'Signing keys',
  right: 'storage.write',
  body: z.object({
    bucket: z.string().optional(),
    bucket_name: z.string().optional(),
    stream_id: z.string().optional(),
    name: label.nullable().optional(),
  }),
  answer: z.strictObject({ signing_key: newSigningKey }),
  errors: ['NoSuchBucket', 'NoSuchEntity', 'AccessDenied', 'LimitExceeded'],
  target: ({ body }) => `signing key of ${body.bucket ?? body.bucket_name ?? body.stream_id ?? ''}`,
  async handle({ body }, { principal, services, request }) {
    const target = targetOf(body)
    const bucket =
      target.kind === 'stream_id'
        ? await bucketOfStream(target.value, principal, services)
        : await bucketOf(target.value, principal, services)
    await requireReading(bucket, principal, services, request)
    const key = await services.signingKeys.create({
      bucketId: bucket.id,
      accountId: bucket.accountId,
      name: body.name ?? undefined,
      target: target.kind === 'stream_id' ? target : { kind: target.kind, value: bucket.name },
      presence: services.buckets.presence(bucket),
    })
    return { signing_key: { ...showSigningKey(key), private_key: key.privateKeyPem.reveal() } }
  },
})

/** Throws InvalidArgument unless exactly one of the three is given. */
function targetOf(body: { readonly [Kind in 'bucket' | 'bucket_name' | 'stream_id']?: string | undefined }) {
  const given = (['bucket', 'bucket_name', 'stream_id'] as const).flatMap((kind) => {
    const value = body[kind]
    return value === undefined ? [] : [{ kind, value }]
  })
  const [target] = given
  if (target === undefined || given.length > 1) {
    throw new ApiError('InvalidArgument', 'Give exactly one of bucket, bucket_name and stream_id.')
  }
  return target
}
