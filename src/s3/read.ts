/** What GetObject and HeadObject share: the version, the conditions on it, and the part of it that is asked for. */
import { ApiError } from '../base/errors.ts'
import type { ByteRange } from '../blobs/blob-store.ts'
import { failedReadCondition } from '../http/conditions.ts'
import { formatHttpDate } from '../http/dates.ts'
import { ifRangeHolds, parseRange } from '../http/range.ts'
import type { Head } from '../objects/head.ts'
import type { ManifestPart } from '../objects/extent.ts'
import type { CustomerKey } from '../objects/encryption/seal.ts'
import type { LockMode } from '../objects/lock.ts'
import type { Context } from './context.ts'
import type { Action } from './operation.ts'
import { keyToRead } from './encryption.ts'
import { keyOf } from './keys-of-clients.ts'
import { expirationHeader } from './lifecycle-headers.ts'
import { checksumMember, checksumMembers, describe } from './output.ts'
import { foundVersionId } from './version.ts'
import { validatorsOf } from './write-condition.ts'

interface Input {
  readonly Key: string
  readonly VersionId?: string | undefined
  readonly IfMatch?: string | undefined
  readonly IfNoneMatch?: string | undefined
  readonly IfModifiedSince?: number | undefined
  readonly IfUnmodifiedSince?: number | undefined
  readonly Range?: string | undefined
  readonly PartNumber?: number | undefined
  readonly SSECustomerAlgorithm?: string | undefined
  readonly SSECustomerKey?: string | undefined
  readonly SSECustomerKeyMD5?: string | undefined
  readonly ChecksumMode?: 'ENABLED' | undefined
  readonly ResponseCacheControl?: string | undefined
  readonly ResponseContentDisposition?: string | undefined
  readonly ResponseContentEncoding?: string | undefined
  readonly ResponseContentLanguage?: string | undefined
  readonly ResponseContentType?: string | undefined
  readonly ResponseExpires?: string | undefined
}

export interface Found {
  readonly head: Head
  readonly range: ByteRange
  /** What it is encrypted with, where that is a client's key. */
  readonly customerKey: CustomerKey | undefined
  /** All that both answer in headers. */
  readonly headers: ReturnType<typeof headersOf> & Told & { readonly PartsCount?: number }
}

/** Throws what `Objects.find` and `keyToRead` throw, NotModified, PreconditionFailed, InvalidRange, InvalidPart. */
export async function findForRead(input: Input, context: Context): Promise<Found> {
  const sent = keyOf(input, context)
  const head = await context.services.objects.find(context.bucket, input.Key, input.VersionId)
  const customerKey = keyToRead(head.encryption, sent)
  const { range, headers } = await findRange(input, head, context)
  return { head, range, customerKey, headers: { ...headers, ...(await told(input, head, context)) } }
}

async function findRange(
  input: Input,
  head: Head,
  { request, services }: Context,
): Promise<Pick<Found, 'range' | 'headers'>> {
  checkConditions(input, head)
  if (input.PartNumber !== undefined) return ofPart(input, head, input.PartNumber, await partsOf(head, services))
  const ifRange = request.headers['if-range']
  const ranged = input.Range !== undefined && (ifRange === undefined || ifRangeHolds(ifRange, validatorsOf(head)))
  const range = ranged ? parseRange(input.Range, head.size) : undefined
  const whole = range === undefined || range === 'whole'
  const shown = whole ? { start: 0, end: head.size } : range
  return { range: shown, headers: headersOf(input, head, shown, whole ? undefined : shown) }
}

interface Told {
  readonly Expiration?: string
  readonly VersionId?: string | undefined
  readonly TagCount?: number
  readonly ObjectLockMode?: LockMode
  readonly ObjectLockRetainUntilDate?: number
  readonly ObjectLockLegalHoldStatus?: 'ON' | 'OFF'
}

/** Whether all that may read the version are told the same of it. */
export const tellsAllTheSame = ({ tags, retention, legalHold }: Head): boolean =>
  tags === undefined && retention === undefined && legalHold === undefined

/** What of the version's id, tags and lock the one who asks may see. */
async function told({ Key, VersionId }: Input, head: Head, context: Context): Promise<Told> {
  const expiration = expirationHeader(context.bucket, Key, head)
  const versionId = foundVersionId(context.bucket, head)
  const id = expiration === undefined ? { VersionId: versionId } : { VersionId: versionId, Expiration: expiration }
  if (tellsAllTheSame(head)) return id
  const { tags, retention, legalHold } = head
  const may = (action: Action): Promise<boolean> => context.may(action, Key, VersionId)
  const showsTags = tags && (await may(VersionId === undefined ? 's3:GetObjectTagging' : 's3:GetObjectVersionTagging'))
  const showsRetention = retention && (await may('s3:GetObjectRetention'))
  const showsHold = legalHold !== undefined && (await may('s3:GetObjectLegalHold'))
  return {
    ...id,
    ...(showsTags && { TagCount: Object.keys(tags).length }),
    ...(showsRetention && { ObjectLockMode: retention.mode, ObjectLockRetainUntilDate: retention.untilMs }),
    ...(showsHold && { ObjectLockLegalHoldStatus: legalHold ? 'ON' : 'OFF' }),
  }
}

/** Throws NotModified, with the headers that let a client refresh what it has (RFC 9110 15.4.5), or PreconditionFailed. */
function checkConditions(input: Input, head: Head): void {
  const {
    IfMatch: ifMatch,
    IfNoneMatch: ifNoneMatch,
    IfModifiedSince: ifModifiedSinceMs,
    IfUnmodifiedSince: ifUnmodifiedSinceMs,
  } = input
  if ((ifMatch ?? ifNoneMatch ?? ifModifiedSinceMs ?? ifUnmodifiedSinceMs) === undefined) return
  const current = validatorsOf(head)
  const failed = failedReadCondition({ ifMatch, ifNoneMatch, ifModifiedSinceMs, ifUnmodifiedSinceMs }, current)
  if (failed === undefined) return
  if (failed === 'If-Match' || failed === 'If-Unmodified-Since') {
    throw new ApiError('PreconditionFailed', undefined, { details: { Condition: failed } })
  }
  const { cacheControl, expires } = head.system
  throw new ApiError('NotModified', undefined, {
    headers: {
      etag: `"${current.etag}"`,
      'last-modified': formatHttpDate(current.modifiedMs),
      ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
      ...(expires === undefined ? {} : { expires }),
    },
  })
}

/** The parts of a multipart object; undefined where it was written in one piece. */
export async function partsOf(
  { extent }: Head,
  { objects }: Context['services'],
): Promise<readonly ManifestPart[] | undefined> {
  if (extent.kind !== 'manifest') return undefined
  const manifest = await objects.reader.manifest(extent)
  if (manifest === undefined) throw new ApiError('NoSuchKey')
  return manifest.parts
}

function ofPart(input: Input, head: Head, partNumber: number, parts: readonly ManifestPart[] | undefined) {
  if (input.Range !== undefined)
    throw new ApiError('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter')
  if (parts === undefined) {
    if (partNumber > 1) throw new ApiError('InvalidPart')
    const range = { start: 0, end: head.size }
    const headers = headersOf(input, head, range, head.size === 0 ? undefined : range)
    return { range, headers: { ...headers, ...(input.ChecksumMode && checksumMembers(head.checksum)) } }
  }
  let start = 0
  for (const part of parts) {
    const end = start + part.size
    if (part.partNumber === partNumber) {
      const range = { start, end }
      const headers = headersOf(input, head, range, range)
      return { range, headers: { ...headers, ...checksumOfPart(input, head, part), PartsCount: head.parts } }
    }
    start = end
  }
  throw new ApiError('InvalidPart')
}

/** The part's own checksum, with the type of the whole's. */
const checksumOfPart = ({ ChecksumMode }: Input, { checksum }: Head, part: ManifestPart) =>
  ChecksumMode === undefined || checksum === undefined
    ? {}
    : { ...checksumMember(checksum.algorithm, part.checksum), ChecksumType: checksum.type }

function headersOf(input: Input, head: Head, { start, end }: ByteRange, shownRange: ByteRange | undefined) {
  const described = describe(head)
  return {
    ...described,
    ...(input.ChecksumMode === undefined || shownRange !== undefined ? {} : checksumMembers(head.checksum)),
    CacheControl: input.ResponseCacheControl ?? described.CacheControl,
    ContentDisposition: input.ResponseContentDisposition ?? described.ContentDisposition,
    ContentEncoding: input.ResponseContentEncoding ?? described.ContentEncoding,
    ContentLanguage: input.ResponseContentLanguage ?? described.ContentLanguage,
    ContentType: input.ResponseContentType ?? described.ContentType,
    Expires: input.ResponseExpires ?? described.Expires,
    ContentLength: end - start,
    ContentRange: shownRange && `bytes ${start}-${end - 1}/${head.size}`,
  }
}
