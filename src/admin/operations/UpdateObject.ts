import { z } from 'zod'
import {
  copySource,
  headerValue,
  inBucket,
  key,
  metadata,
  readErrors,
  showWritten,
  toHeader,
  writeErrors,
  written,
} from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import type { Head } from '../s3-outputs.ts'

const header = headerValue.nullable().optional()

const changes = z.object({
  content_type: header,
  cache_control: header,
  content_disposition: header,
  content_encoding: header,
  content_language: header,
  metadata: metadata.nullable().optional(),
})

export default operation({
  method: 'PATCH',
  path: '/v1/buckets/{bucket}/object',
  summary: 'Change what is kept with an object',
  description:
    'Its headers and its metadata; null removes, what is not given stays. No byte is moved. As in S3 it is a new version, so that a retention or a legal hold stays with the version before, and an ACL is given anew.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  query: z.object({ key }),
  body: changes,
  answer: written,
  errors: [...readErrors, ...writeErrors],
  target: ({ params, query }) => `object ${params.bucket}/${query.key}`,
  async handle({ params, query, body }, context) {
    const { bucket, s3 } = await objectsOf(params.bucket, context, query.key)
    const head = await s3('HeadObject', { Key: query.key })
    // Whoever writes meanwhile is not overwritten.
    const output = await s3('CopyObject', {
      ...{ Key: query.key, CopySource: copySource(bucket.name, query.key) },
      ...{ CopySourceIfMatch: head.ETag, IfMatch: head.ETag },
      ...{ MetadataDirective: 'REPLACE', ...headersOf(head, body) },
      ServerSideEncryption: head.ServerSideEncryption,
    })
    return showWritten({ ...output, ...output.CopyObjectResult })
  },
})

function headersOf(head: Head, body: z.output<typeof changes>) {
  const changed = (given: string | null | undefined, before: string | undefined): string | undefined =>
    given === undefined ? before : given === null ? undefined : toHeader(given)
  const given = Object.entries(body.metadata ?? {}).map(([name, value]) => [name, toHeader(value)] as const)
  return {
    ContentType: changed(body.content_type, head.ContentType),
    CacheControl: changed(body.cache_control, head.CacheControl),
    ContentDisposition: changed(body.content_disposition, head.ContentDisposition),
    ContentEncoding: changed(body.content_encoding, head.ContentEncoding),
    ContentLanguage: changed(body.content_language, head.ContentLanguage),
    Expires: head.Expires,
    Metadata: body.metadata === undefined ? head.Metadata : Object.fromEntries(given),
  }
}
