import { z } from 'zod'
import { inBucket, ofVersion, readErrors } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'PUT',
  path: '/v1/buckets/{bucket}/object/tags',
  summary: 'Set the tags of an object',
  description: 'All of them, up to 10; an empty list removes them.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  query: ofVersion,
  body: z.object({ tags: z.array(z.strictObject({ key: z.string(), value: z.string() })) }),
  answer: done,
  errors: [...readErrors, 'BadRequest', 'InvalidTag', 'OperationAborted'],
  target: ({ params, query }) => `tags of object ${params.bucket}/${query.key}`,
  async handle({ params, query, body }, context) {
    const { s3 } = await objectsOf(params.bucket, context, query.key)
    const TagSet = body.tags.map(({ key, value }) => ({ Key: key, Value: value }))
    await s3('PutObjectTagging', { Key: query.key, VersionId: query.version_id, Tagging: { TagSet } })
    return ok
  },
})
