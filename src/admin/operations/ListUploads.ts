import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { inBucket, objectsPage, parsePlace, placeOf, showIso } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { next, timestamp } from '../schemas.ts'

const upload = z.strictObject({ upload_id: z.string(), key: z.string(), initiated: timestamp }).meta({ id: 'Upload' })

export default operation({
  method: 'GET',
  path: '/v1/buckets/{bucket}/uploads',
  summary: 'List uploads that are not finished',
  tag: 'Uploads',
  right: 'storage.read',
  params: inBucket,
  query: objectsPage.extend({ prefix: z.string().default('') }),
  answer: z.strictObject({ uploads: z.array(upload), next }),
  errors: ['NoSuchBucket'],
  async handle({ params, query: { prefix, limit, after } }, context) {
    const { s3 } = await objectsOf(params.bucket, context)
    const place = after === undefined ? undefined : parsePlace(after)
    if (after !== undefined && place === undefined) throw new ApiError('InvalidArgument', 'after: is no `next`.')
    const page = await s3('ListMultipartUploads', {
      ...{ Prefix: prefix, MaxUploads: limit, KeyMarker: place?.key, UploadIdMarker: place?.id },
    })
    return {
      uploads: (page.Uploads ?? []).map(({ UploadId, Key, Initiated }) => ({
        ...{ upload_id: UploadId, key: Key, initiated: showIso(Initiated) },
      })),
      next: page.IsTruncated ? placeOf(page.NextKeyMarker, page.NextUploadIdMarker) : null,
    }
  },
})
