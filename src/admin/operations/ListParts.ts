import { z } from 'zod'
import { etag, key, objectsPage, showIso, unquoted } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { count, next, timestamp } from '../schemas.ts'

const part = z.strictObject({ number: count, size: count, etag, modified: timestamp }).meta({ id: 'Part' })

export default operation({
  method: 'GET',
  path: '/v1/buckets/{bucket}/uploads/{upload_id}/parts',
  summary: 'List the parts of an upload',
  tag: 'Uploads',
  right: 'storage.read',
  params: z.object({ bucket: z.string(), upload_id: z.string() }),
  query: objectsPage.extend({
    key,
    after: z.coerce
      .number()
      .int()
      .min(0)
      .max(10_000)
      .optional()
      .meta({ description: 'The `next` of the page before.' }),
  }),
  answer: z.strictObject({ parts: z.array(part), next }),
  errors: ['NoSuchBucket', 'NoSuchUpload', 'KeyTooLongError'],
  async handle({ params, query }, context) {
    const { s3 } = await objectsOf(params.bucket, context, query.key)
    const page = await s3('ListParts', {
      ...{ Key: query.key, UploadId: params.upload_id, MaxParts: query.limit, PartNumberMarker: query.after },
    })
    return {
      parts: (page.Parts ?? []).map(({ PartNumber, Size, ETag, LastModified }) => ({
        ...{ number: PartNumber, size: Size, etag: unquoted(ETag), modified: showIso(LastModified) },
      })),
      next: page.IsTruncated ? String(page.NextPartNumberMarker) : null,
    }
  },
})
