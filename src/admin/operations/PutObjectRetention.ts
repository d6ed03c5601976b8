import { z } from 'zod'
import { inBucket, isoOf, ofVersion, readErrors, realTime } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'PUT',
  path: '/v1/buckets/{bucket}/object/retention',
  summary: 'Set how long a version is locked',
  description:
    'Both null: no longer. A retention in COMPLIANCE mode can only be made longer, by whomever; one in GOVERNANCE mode can be changed with `bypass_governance` by who has `s3:BypassGovernanceRetention`.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  query: ofVersion,
  body: z
    .object({
      mode: z.enum(['GOVERNANCE', 'COMPLIANCE']).nullable(),
      until: realTime.nullable(),
      bypass_governance: z.boolean().default(false),
    })
    .refine(({ mode, until }) => (mode === null) === (until === null), 'mode and until must both be null, or neither'),
  answer: done,
  errors: [...readErrors, 'OperationAborted'],
  target: ({ params, query }) => `retention of object ${params.bucket}/${query.key}`,
  async handle({ params, query, body }, context) {
    const { s3 } = await objectsOf(params.bucket, context, query.key)
    await s3('PutObjectRetention', {
      ...{ Key: query.key, VersionId: query.version_id, BypassGovernanceRetention: body.bypass_governance },
      Retention: body.until === null ? {} : { Mode: body.mode, RetainUntilDate: isoOf(body.until) },
    })
    return ok
  },
})
