import { z } from 'zod'
import { bytesErrors, etag, key, unquoted, writeErrors } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'PUT',
  path: '/v1/buckets/{bucket}/uploads/{upload_id}/parts/{number}',
  summary: 'Put a part of an upload',
  description:
    'The body is the part, up to 5 GiB, and must say its Content-Length. A part that is put again replaces the one before.',
  tag: 'Uploads',
  right: 'storage.read',
  params: z.object({
    bucket: z.string(),
    upload_id: z.string(),
    number: z.coerce.number().int().min(1).max(10_000),
  }),
  query: z.object({ key }),
  body: 'bytes',
  answer: z.strictObject({ etag }),
  errors: [...writeErrors, ...bytesErrors, 'NoSuchUpload'],
  unaudited: 'Data on its way, of which there is more than of anything else.',
  async handle({ params, query, body }, context) {
    const { bucket, s3 } = await objectsOf(params.bucket, context, query.key)
    context.request.found({ bucket, key: query.key, countedAs: 's3' })
    const input = { Key: query.key, UploadId: params.upload_id, PartNumber: params.number }
    return { etag: unquoted((await s3('UploadPart', input, { body })).ETag) }
  },
})
