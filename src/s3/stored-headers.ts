/** What a request asks to be kept with an object, with AWS's limit. */
import { ApiError } from '../base/errors.ts'
import type { SystemMetadata } from '../objects/head.ts'
import { storedContentEncoding } from './signature/payload.ts'

interface Input {
  readonly ContentType?: string | undefined
  readonly CacheControl?: string | undefined
  readonly ContentDisposition?: string | undefined
  readonly ContentEncoding?: string | undefined
  readonly ContentLanguage?: string | undefined
  readonly Expires?: string | undefined
  readonly Metadata?: Readonly<Record<string, string>> | undefined
}

export interface StoredHeaders {
  readonly system: SystemMetadata
  readonly metadata: Readonly<Record<string, string>>
}

/** Bytes (header values are one character a byte) of all names and values of user metadata (Amazon S3 User Guide, "Working with object metadata"). */
const metadataSizeMax = 2048
const none: Readonly<Record<string, string>> = {}

/** Throws MetadataTooLarge. */
export function storedHeaders(input: Input): StoredHeaders {
  const { Metadata: metadata = none } = input
  let size = 0
  for (const name in metadata) size += name.length + metadata[name]!.length
  if (size > metadataSizeMax) {
    throw new ApiError('MetadataTooLarge', undefined, {
      details: { Size: String(size), MaxSizeAllowed: String(metadataSizeMax) },
    })
  }
  return {
    system: {
      contentType: input.ContentType,
      cacheControl: input.CacheControl,
      contentDisposition: input.ContentDisposition,
      contentEncoding: storedContentEncoding(input.ContentEncoding),
      contentLanguage: input.ContentLanguage,
      expires: input.Expires,
    },
    metadata,
  }
}
