import { z } from 'zod'
import {
  bytesErrors,
  etag,
  inBucket,
  key,
  overwriteFlag,
  showWritten,
  unlessThere,
  versionIdOrNull,
  writeErrors,
} from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { count } from '../schemas.ts'

export default operation({
  method: 'PUT',
  path: '/v1/buckets/{bucket}/object',
  summary: 'Put an object',
  description:
    'The body is the object, up to 5 GiB, and its Content-Type the object’s; it must say its Content-Length. With `overwrite=false`, 412 where there is an object of the key. A folder is an empty object whose key ends with a slash.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  query: z.object({ key, overwrite: overwriteFlag }),
  body: 'bytes',
  answer: z.strictObject({ version_id: versionIdOrNull, etag, size: count }),
  errors: [...writeErrors, ...bytesErrors],
  unaudited: 'Data, of which there is more than of anything else: the usage and the log of requests tell of it.',
  async handle({ params, query, body }, context) {
    const { bucket, s3 } = await objectsOf(params.bucket, context, query.key)
    context.request.found({ bucket, key: query.key, countedAs: 's3' })
    const input = { Key: query.key, ContentType: body.type, ...unlessThere(query.overwrite) }
    return { ...showWritten(await s3('PutObject', input, { body })), size: body.size }
  },
})
