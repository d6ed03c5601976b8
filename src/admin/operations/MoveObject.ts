import { z } from 'zod'
import { copyObject } from '../copy-object.ts'
import { inBucket, key, readErrors, showWritten, writeErrors, written } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/objects/move',
  summary: 'Move an object, or give it another name',
  description:
    'Within a bucket in one act, without moving a byte; to another bucket it is copied and then deleted, so that what fails between them leaves both. In a bucket with versions a delete marker stays at its place, with the versions before. Unless `overwrite` says so, nothing is replaced: 412.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  body: z.object({ key, to_key: key, to_bucket: z.string().optional(), overwrite: z.boolean().default(false) }),
  answer: written,
  errors: [...readErrors, ...writeErrors],
  target: ({ params: { bucket }, body }) =>
    `object ${bucket}/${body.key} to ${body.to_bucket ?? bucket}/${body.to_key}`,
  async handle({ params, body }, context) {
    const from = await objectsOf(params.bucket, context, body.key)
    const to = body.to_bucket === undefined ? from : await objectsOf(body.to_bucket, context, body.to_key)
    if (to.bucket.id === from.bucket.id) {
      const output = await from.s3('RenameObject', {
        ...{ Key: body.to_key, RenameSource: encodeURIComponent(body.key) },
        ...(!body.overwrite && { DestinationIfNoneMatch: '*' }),
      })
      return showWritten(output)
    }
    const { services, principal, request } = context
    // Before anything is written that would then be there twice.
    await services.s3Rights.onObject('s3:DeleteObject', from.bucket, body.key, principal, request)
    const { copied, source } = await copyObject(from, to, body)
    await from.s3('DeleteObject', { Key: body.key, IfMatch: source.ETag })
    return copied
  },
})
