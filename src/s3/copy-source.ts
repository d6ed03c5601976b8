/** The source of CopyObject and UploadPartCopy: found, authorised, and its conditions checked. */
import { ApiError } from '../base/errors.ts'
import { checkCopySourceConditions } from '../http/conditions.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Head } from '../objects/head.ts'
import type { Located } from '../objects/objects.ts'
import type { Context } from './context.ts'
import { validatorsOf } from './write-condition.ts'

interface Input {
  readonly CopySource: string
  readonly CopySourceIfMatch?: string | undefined
  readonly CopySourceIfNoneMatch?: string | undefined
  readonly CopySourceIfModifiedSince?: number | undefined
  readonly CopySourceIfUnmodifiedSince?: number | undefined
  readonly ExpectedSourceBucketOwner?: string | undefined
}

interface Name {
  readonly bucket: string
  readonly key: string
  readonly versionId: string | undefined
}

/** What is copied: a version, and whether the request names it. */
export interface CopySource extends Located {
  readonly versionId: string | undefined
}

/** Throws InvalidArgument, NoSuchBucket, AccessDenied, NoSuchKey, NoSuchVersion, PreconditionFailed. */
export async function findCopySource(input: Input, context: Context): Promise<CopySource> {
  const { bucket: name, key, versionId } = parseCopySource(input.CopySource)
  const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'
  const bucket = await context.authorizeSource(name, key, action, versionId)
  if (input.ExpectedSourceBucketOwner !== undefined && input.ExpectedSourceBucketOwner !== bucket.accountId) {
    throw new ApiError('AccessDenied')
  }
  const head = await found(context, bucket, key, versionId)
  context.confirm({ bucket, key, head })
  checkCopySourceConditions(
    {
      ifMatch: input.CopySourceIfMatch,
      ifNoneMatch: input.CopySourceIfNoneMatch,
      ifModifiedSinceMs: input.CopySourceIfModifiedSince,
      ifUnmodifiedSinceMs: input.CopySourceIfUnmodifiedSince,
    },
    validatorsOf(head),
  )
  return { bucket, key, head, versionId }
}

/** Throws InvalidRequest for a delete marker that is named: it cannot be copied. */
async function found({ services }: Context, bucket: Bucket, key: string, versionId: string | undefined): Promise<Head> {
  try {
    return await services.objects.find(bucket, key, versionId)
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.code !== 'MethodNotAllowed') throw cause
    const message = 'The source of a copy request may not specifically refer to a delete marker by version id.'
    throw new ApiError('InvalidRequest', message, { cause })
  }
}

/** `/bucket/key?versionId=…`, percent-encoded, the first slash optional. */
export function parseCopySource(text: string): Name {
  const mark = text.indexOf('?versionId=')
  const versionId = mark < 0 ? undefined : text.slice(mark + '?versionId='.length)
  const path = decode(mark < 0 ? text : text.slice(0, mark))
  const from = path.startsWith('/') ? 1 : 0
  const slash = path.indexOf('/', from)
  if (slash <= from || slash === path.length - 1) throw invalid()
  return { bucket: path.slice(from, slash), key: path.slice(slash + 1), versionId }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid()
  }
}

const invalid = (): ApiError =>
  new ApiError('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey', {
    details: { ArgumentName: 'x-amz-copy-source' },
  })
