import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { etag, inBucket, objectsPage, parsePlace, placeOf, showIso, unquoted, versionIdOrNull } from '../object.ts'
import { objectsOf, type ObjectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { count, flag, next, timestamp } from '../schemas.ts'

const listed = z
  .strictObject({
    key: z.string(),
    size: count,
    modified: timestamp,
    etag,
    version_id: versionIdOrNull,
    is_latest: z.boolean(),
    delete_marker: z.boolean(),
  })
  .meta({ id: 'ListedObject' })

const query = objectsPage.extend({
  prefix: z.string().default(''),
  delimiter: z.string().default(''),
  versions: flag,
})

export default operation({
  method: 'GET',
  path: '/v1/buckets/{bucket}/objects',
  summary: 'List objects',
  description:
    'In the order of their keys, as ListObjectsV2 has them; with `versions`, all versions and delete markers, the newest of a key first. With a `delimiter`, keys that have it after the prefix are told as prefixes.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  query,
  answer: z.strictObject({ objects: z.array(listed), prefixes: z.array(z.string()), next }),
  errors: ['NoSuchBucket'],
  async handle(input, context) {
    const objects = await objectsOf(input.params.bucket, context)
    return input.query.versions ? listVersions(input.query, objects) : listCurrent(input.query, objects)
  },
})

type Asked = z.output<typeof query>

async function listCurrent({ prefix, delimiter, limit, after }: Asked, { s3 }: ObjectsOf) {
  const page = await s3('ListObjectsV2', {
    ...{ Prefix: prefix, Delimiter: delimiter, MaxKeys: limit, ContinuationToken: after },
  })
  const objects = (page.Contents ?? []).map(({ Key, Size, LastModified, ETag }) => ({
    ...{ key: Key, size: Size, modified: showIso(LastModified), etag: unquoted(ETag) },
    ...{ version_id: null, is_latest: true, delete_marker: false },
  }))
  const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix)
  return { objects, prefixes, next: page.NextContinuationToken ?? null }
}

async function listVersions({ prefix, delimiter, limit, after }: Asked, { s3 }: ObjectsOf) {
  const place = after === undefined ? undefined : parsePlace(after)
  if (after !== undefined && place === undefined) throw new ApiError('InvalidArgument', 'after: is no `next`.')
  const page = await s3('ListObjectVersions', {
    ...{ Prefix: prefix, Delimiter: delimiter, MaxKeys: limit },
    ...{ KeyMarker: place?.key, VersionIdMarker: place?.id },
  })
  const objects = page.Entries.map(({ Key, VersionId, IsLatest, LastModified, ETag = '', Size = 0, DeleteMarker }) => ({
    ...{ key: Key, size: Size, modified: showIso(LastModified), etag: unquoted(ETag) },
    ...{ version_id: VersionId, is_latest: IsLatest, delete_marker: DeleteMarker === true },
  }))
  const { NextKeyMarker, NextVersionIdMarker = '' } = page
  return {
    objects,
    prefixes: page.CommonPrefixes.map(({ Prefix }) => Prefix),
    next: NextKeyMarker === undefined ? null : placeOf(NextKeyMarker, NextVersionIdMarker),
  }
}
