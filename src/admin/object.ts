/** Objects as management is told of them, and tells of them. */
import { z } from 'zod'
import type { ErrorCode } from '../base/errors.ts'
import { showTime, timestamp } from './schemas.ts'

/** A key, any that S3 takes: decoded once, and never resolved. How long it may be, S3 says. */
export const key = z.string().min(1)
export const versionId = z.string().max(1024).optional()
export const versionIdOrNull = z.string().nullable().meta({ description: 'Null where the bucket has had no versions.' })
export const etag = z.string().meta({ description: 'Without quotes.' })

export const inBucket = z.object({ bucket: z.string() })

/** Of the version with the id, or of the current one. */
export const ofVersion = z.object({ key, version_id: versionId })

/** What lists of objects take. */
export const objectsPage = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  after: z.string().max(2048).optional().meta({ description: 'The `next` of the page before.' }),
})

/** In a query: unless it says otherwise, what is there is replaced. */
export const overwriteFlag = z
  .enum(['true', 'false', ''])
  .default('true')
  .transform((text) => text !== 'false')

export const written = z.strictObject({ version_id: versionIdOrNull, etag }).meta({ id: 'WrittenObject' })

/** What a header can carry: no controls, and nothing around it that would be lost on the way. */
const headerText = z
  .string()
  .max(2048)
  .refine(
    (text) => !/\p{Cc}/u.test(text) && text.trim() === text,
    'must have no control characters, nor space around it',
  )

/** As its header is to be, where there is to be one. */
export const headerValue = headerText.min(1)

/** User metadata: names are parts of header names. */
export const metadata = z.record(z.string().regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,256}$/), headerText)

/** What reading a version may be answered with, beside what all of them may. */
export const readErrors = [
  'NoSuchBucket',
  'NoSuchKey',
  'NoSuchVersion',
  'MethodNotAllowed',
  'KeyTooLongError',
] as const satisfies readonly ErrorCode[]

/** What writing one may be answered with. */
export const writeErrors = [
  'NoSuchBucket',
  'KeyTooLongError',
  'PreconditionFailed',
  'QuotaExceeded',
  'EntityTooLarge',
  'MetadataTooLarge',
  'InsufficientStorage',
  'OperationAborted',
  'NotImplemented',
  'SlowDown',
] as const satisfies readonly ErrorCode[]

/** What a body of bytes may be answered with. */
export const bytesErrors = [
  'MissingContentLength',
  'IncompleteBody',
  'RequestTimeout',
] as const satisfies readonly ErrorCode[]

/** How S3 is told that nothing may be replaced. */
export const unlessThere = (overwrite: boolean): { readonly IfNoneMatch?: '*' } =>
  overwrite ? {} : { IfNoneMatch: '*' }

/** As CopyObject takes it; every character that could mean something else is escaped. */
export const copySource = (bucket: string, from: string, version?: string): string =>
  `${encodeURIComponent(bucket)}/${encodeURIComponent(from)}${version === undefined ? '' : `?versionId=${version}`}`

export const showWritten = (output: { readonly ETag: string; readonly VersionId?: string }) => ({
  version_id: output.VersionId ?? null,
  etag: unquoted(output.ETag),
})

/** ETags stand in quotes in S3. */
export const unquoted = (text: string): string => text.replaceAll('"', '')

/** `2026-11-20T15:00:40.000Z` → a timestamp. */
export const showIso = (iso: string): string => showTime(Date.parse(iso))

/** A timestamp of a time that there is. */
export const realTime = timestamp.refine(
  (text) => !Number.isNaN(msOf(text)) && showTime(msOf(text)) === text,
  'is no time',
)
const msOf = (text: string): number => Date.parse(isoOf(text))

/** A timestamp → ISO 8601. */
export const isoOf = (text: string): string => `${text.replace(' ', 'T')}Z`

/** Text → the value of a header, one character a byte of UTF-8, as S3 keeps it. */
export const toHeader = (text: string): string => Buffer.from(text).toString('latin1')

/** The value of a header → text: UTF-8 where it is that, and otherwise a character a byte. */
export function fromHeader(value: string): string {
  try {
    return utf8.decode(Buffer.from(value, 'latin1'))
  } catch {
    return value
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Where a list goes on that is in the order of keys, and of ids within a key: opaque to clients. */
export const placeOf = (at: string, id: string): string => `${Buffer.from(at).toString('base64url')}.${id}`

/** What `placeOf` made; undefined for anything else. */
export function parsePlace(place: string): { readonly key: string; readonly id: string } | undefined {
  const dot = place.indexOf('.')
  if (dot <= 0) return undefined
  const at = { key: Buffer.from(place.slice(0, dot), 'base64url').toString(), id: place.slice(dot + 1) }
  return placeOf(at.key, at.id) === place ? at : undefined
}
