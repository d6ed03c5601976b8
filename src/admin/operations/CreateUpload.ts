import { z } from 'zod'
import { partSizeMin } from '../../objects/complete-upload.ts'
import { partsMax } from '../../objects/joined-parts.ts'
import { headerValue, inBucket, key, metadata, toHeader, writeErrors } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { count } from '../schemas.ts'

/** Bytes of one part, as of one PUT. */
const partSizeMax = 5 * 1024 ** 3

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/uploads',
  summary: 'Begin an upload in parts',
  description:
    'What is in it is no object until it is completed. All parts but the last must have `part_size_min` bytes.',
  tag: 'Uploads',
  right: 'storage.read',
  params: inBucket,
  body: z.object({
    key,
    content_type: headerValue.optional(),
    cache_control: headerValue.optional(),
    metadata: metadata.optional(),
  }),
  answer: z.strictObject({ upload_id: z.string(), part_size_min: count, part_size_max: count, parts_max: count }),
  errors: writeErrors,
  unaudited: 'Data on its way, of which there is more than of anything else.',
  async handle({ params, body }, context) {
    const { s3 } = await objectsOf(params.bucket, context, body.key)
    const given = Object.entries(body.metadata ?? {}).map(([name, value]) => [name, toHeader(value)] as const)
    const { UploadId } = await s3('CreateMultipartUpload', {
      Key: body.key,
      ContentType: body.content_type && toHeader(body.content_type),
      CacheControl: body.cache_control && toHeader(body.cache_control),
      Metadata: Object.fromEntries(given),
    })
    return { upload_id: UploadId, part_size_min: partSizeMin, part_size_max: partSizeMax, parts_max: partsMax }
  },
})
