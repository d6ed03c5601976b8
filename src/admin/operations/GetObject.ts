import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { etag, fromHeader, inBucket, ofVersion, readErrors, showIso, unquoted, versionIdOrNull } from '../object.ts'
import { objectsOf, type ObjectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import type { Head } from '../s3-outputs.ts'
import { count, timestamp } from '../schemas.ts'

const header = z.string().nullable()

const object = z
  .strictObject({
    key: z.string(),
    version_id: versionIdOrNull,
    size: count,
    modified: timestamp,
    etag,
    content_type: z.string(),
    content_disposition: header,
    content_encoding: header,
    content_language: header,
    cache_control: header,
    expires: header,
    metadata: z.record(z.string(), z.string()),
    checksums: z.record(z.string(), z.string()).meta({ description: 'By algorithm, in base64.' }),
    encryption: z.string().nullable(),
    tags: z.array(z.strictObject({ key: z.string(), value: z.string() })),
    retention: z.strictObject({ mode: z.enum(['GOVERNANCE', 'COMPLIANCE']), until: timestamp }).nullable(),
    legal_hold: z.boolean().nullable().meta({ description: 'Null where the bucket has no object lock.' }),
  })
  .meta({ id: 'Object' })

export default operation({
  method: 'GET',
  path: '/v1/buckets/{bucket}/object',
  summary: 'Show an object',
  description:
    'The current version, or the one with the id: all that is kept with it but its bytes, as far as you may see it. Its bytes are to be had by a content link.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  query: ofVersion,
  answer: z.strictObject({ object }),
  errors: readErrors,
  async handle({ params, query }, context) {
    const objects = await objectsOf(params.bucket, context, query.key)
    const asked = { Key: query.key, VersionId: query.version_id }
    const head = await objects.s3('HeadObject', { ...asked, ChecksumMode: 'ENABLED' })
    const tags = head.TagCount === undefined ? [] : await tagsOf(objects, asked)
    const lock = objects.bucket.objectLock === undefined ? noLock : await lockOf(objects, asked)
    return { object: { key: query.key, ...show(head), tags, ...lock } }
  },
})

interface Asked {
  readonly Key: string
  readonly VersionId: string | undefined
}

const noLock = { retention: null, legal_hold: null }

function show(head: Head) {
  const metadata = Object.entries(head.Metadata ?? {}).map(([name, value]) => [name, fromHeader(value)] as const)
  const checksums = Object.entries(head).flatMap(([name, value]) => {
    const [, algorithm] = /^Checksum(?!Type$)(\w+)$/.exec(name) ?? []
    return algorithm === undefined ? [] : [[algorithm, String(value)] as const]
  })
  return {
    version_id: head.VersionId ?? null,
    size: head.ContentLength,
    modified: showIso(head.LastModified),
    etag: unquoted(head.ETag),
    content_type: shown(head.ContentType) ?? 'binary/octet-stream',
    content_disposition: shown(head.ContentDisposition),
    content_encoding: shown(head.ContentEncoding),
    content_language: shown(head.ContentLanguage),
    cache_control: shown(head.CacheControl),
    expires: shown(head.Expires),
    metadata: Object.fromEntries(metadata),
    checksums: Object.fromEntries(checksums),
    encryption: head.ServerSideEncryption ?? null,
  }
}

const shown = (value: string | undefined): string | null => (value === undefined ? null : fromHeader(value))

async function tagsOf({ s3 }: ObjectsOf, asked: Asked) {
  const { TagSet = [] } = await s3('GetObjectTagging', { ...asked })
  return TagSet.map(({ Key, Value }) => ({ key: Key, value: Value }))
}

async function lockOf({ s3 }: ObjectsOf, asked: Asked) {
  const [retention, hold] = await Promise.all([
    unlessHidden(s3('GetObjectRetention', { ...asked })),
    unlessHidden(s3('GetObjectLegalHold', { ...asked })),
  ])
  const { Mode: mode, RetainUntilDate } = retention === 'denied' ? {} : (retention?.Retention ?? {})
  return {
    retention: mode === undefined || RetainUntilDate === undefined ? null : { mode, until: showIso(RetainUntilDate) },
    legal_hold: hold === 'denied' ? null : hold?.LegalHold.Status === 'ON',
  }
}

/** Undefined where it is not set; what the one who asks may not see is no reason to show nothing at all. */
async function unlessHidden<T>(asking: Promise<T>): Promise<T | 'denied' | undefined> {
  try {
    return await asking
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.code === 'NoSuchObjectLockConfiguration') return undefined
    if (error.code === 'AccessDenied') return 'denied'
    throw error
  }
}
