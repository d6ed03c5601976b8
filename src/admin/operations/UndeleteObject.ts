import { z } from 'zod'
import { inBucket, key, readErrors, writeErrors } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/deleted-objects/undelete',
  summary: 'Have a deleted object back',
  description: 'It is the current version again; what is there now can be had back in turn.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  body: z.object({ key, version_id: z.string().max(1024) }),
  answer: done,
  errors: [...readErrors, ...writeErrors],
  target: ({ params, body }) => `deleted object ${params.bucket}/${body.key}`,
  async handle({ params, body }, context) {
    const { s3 } = await objectsOf(params.bucket, context, body.key)
    await s3('UndeleteObject', { Key: body.key, DeletedId: body.version_id })
    return ok
  },
})
