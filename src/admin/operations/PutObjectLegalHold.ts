import { z } from 'zod'
import { inBucket, ofVersion, readErrors } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'PUT',
  path: '/v1/buckets/{bucket}/object/legal-hold',
  summary: 'Put a legal hold on a version, or take it off',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  query: ofVersion,
  body: z.object({ on: z.boolean() }),
  answer: done,
  errors: [...readErrors, 'OperationAborted'],
  target: ({ params, query }) => `legal hold of object ${params.bucket}/${query.key}`,
  async handle({ params, query, body }, context) {
    const { s3 } = await objectsOf(params.bucket, context, query.key)
    const LegalHold = { Status: body.on ? 'ON' : 'OFF' }
    await s3('PutObjectLegalHold', { Key: query.key, VersionId: query.version_id, LegalHold })
    return ok
  },
})
