import { z } from 'zod'
import { key } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/buckets/{bucket}/uploads/{upload_id}',
  summary: 'Give up an upload',
  description: 'Its parts are deleted.',
  tag: 'Uploads',
  right: 'storage.read',
  params: z.object({ bucket: z.string(), upload_id: z.string() }),
  query: z.object({ key }),
  answer: done,
  errors: ['NoSuchBucket', 'NoSuchUpload', 'KeyTooLongError', 'OperationAborted'],
  unaudited: 'Data that never was an object.',
  async handle({ params, query }, context) {
    const { s3 } = await objectsOf(params.bucket, context, query.key)
    await s3('AbortMultipartUpload', { Key: query.key, UploadId: params.upload_id })
    return ok
  },
})
