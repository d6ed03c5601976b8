import { z } from 'zod'
import { key, showWritten, unlessThere, unquoted, writeErrors, written } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/uploads/{upload_id}/complete',
  summary: 'Make an object of an upload',
  description:
    'Of the parts that are listed, in the order of their numbers. With `overwrite` false, 412 where there is an object of the key.',
  tag: 'Uploads',
  right: 'storage.read',
  params: z.object({ bucket: z.string(), upload_id: z.string() }),
  body: z.object({
    key,
    parts: z
      .array(z.strictObject({ number: z.int().min(1).max(10_000), etag: z.string().max(64) }))
      .min(1)
      .max(10_000),
    overwrite: z.boolean().default(true),
  }),
  answer: written,
  errors: [...writeErrors, 'NoSuchUpload', 'InvalidPart', 'InvalidPartOrder', 'EntityTooSmall', 'BadDigest'],
  unaudited: 'Data, of which there is more than of anything else: the usage and the log of requests tell of it.',
  async handle({ params, body }, context) {
    const { s3 } = await objectsOf(params.bucket, context, body.key)
    const Parts = body.parts.map(({ number, etag }) => ({ PartNumber: number, ETag: unquoted(etag) }))
    return showWritten(
      await s3('CompleteMultipartUpload', {
        ...{ Key: body.key, UploadId: params.upload_id, MultipartUpload: { Parts }, ...unlessThere(body.overwrite) },
      }),
    )
  },
})
