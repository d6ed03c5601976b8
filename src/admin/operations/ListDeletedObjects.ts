import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { inBucket, objectsPage, parsePlace, placeOf, showIso } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { count, next, timestamp } from '../schemas.ts'

const deletedObject = z
  .strictObject({
    key: z.string(),
    version_id: z.string().meta({ description: 'By which it is had back or purged.' }),
    size: count,
    deleted: timestamp,
    purge_after: timestamp.nullable(),
  })
  .meta({ id: 'DeletedObject' })

export default operation({
  method: 'GET',
  path: '/v1/buckets/{bucket}/deleted-objects',
  summary: 'List what was deleted and can be had back',
  description: 'In a bucket with soft delete: what was deleted or replaced, until it is purged.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  query: objectsPage.extend({ prefix: z.string().default('') }),
  answer: z.strictObject({ objects: z.array(deletedObject), next }),
  errors: ['NoSuchBucket'],
  async handle({ params, query: { prefix, limit, after } }, context) {
    const { s3 } = await objectsOf(params.bucket, context)
    const place = after === undefined ? undefined : parsePlace(after)
    if (after !== undefined && place === undefined) throw new ApiError('InvalidArgument', 'after: is no `next`.')
    const page = await s3('ListDeletedObjects', {
      ...{ Prefix: prefix, MaxKeys: limit, Marker: place?.key, DeletedIdMarker: place?.id },
    })
    const { DeletedObjects = [], NextMarker, NextDeletedIdMarker = '' } = page
    return {
      objects: DeletedObjects.map(({ Key, DeletedId, Size, Deleted, PurgeAfter }) => ({
        ...{ key: Key, version_id: DeletedId, size: Size, deleted: showIso(Deleted) },
        purge_after: Date.parse(PurgeAfter) === 0 ? null : showIso(PurgeAfter),
      })),
      next: NextMarker === undefined ? null : placeOf(NextMarker, NextDeletedIdMarker),
    }
  },
})
