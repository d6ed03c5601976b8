import { z } from 'zod'
import { inBucket, key, readErrors } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/deleted-objects/purge',
  summary: 'Give up a deleted object for good',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  body: z.object({ key, version_id: z.string().max(1024) }),
  answer: done,
  errors: [...readErrors, 'OperationAborted'],
  target: ({ params, body }) => `deleted object ${params.bucket}/${body.key}`,
  async handle({ params, body }, context) {
    const { s3 } = await objectsOf(params.bucket, context, body.key)
    await s3('PurgeDeletedObject', { Key: body.key, DeletedId: body.version_id })
    return ok
  },
})
