import { z } from 'zod'
import { copyObject } from '../copy-object.ts'
import { inBucket, key, readErrors, versionId, writeErrors, written } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/objects/copy',
  summary: 'Copy an object',
  description:
    'Of any size; no byte is moved within a region. With `version_id`, that version: copied to its own key it is the current one again. Unless `overwrite` says so, nothing is replaced: 412.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  body: z.object({
    key,
    version_id: versionId,
    to_bucket: z.string().optional(),
    to_key: key,
    overwrite: z.boolean().default(false),
  }),
  answer: written,
  errors: [...readErrors, ...writeErrors],
  target: ({ params: { bucket }, body }) =>
    `object ${bucket}/${body.key} to ${body.to_bucket ?? bucket}/${body.to_key}`,
  async handle({ params, body }, context) {
    const from = await objectsOf(params.bucket, context, body.key)
    const to = body.to_bucket === undefined ? from : await objectsOf(body.to_bucket, context, body.to_key)
    return (await copyObject(from, to, body)).copied
  },
})
