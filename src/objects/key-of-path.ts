/** Names of buckets and objects in the path of a URL → those names: the same to every front, so that one never sees another object than the other. */
import { ApiError } from '../base/errors.ts'

/** Bytes of UTF-8 (Amazon S3 User Guide, "Naming Amazon S3 objects"). */
const keySizeMax = 1024

/** The key, percent-decoded once. Throws InvalidURI as `decodeOnce`, and KeyTooLongError. */
export function keyOfPath(raw: string): string {
  const key = decodeOnce(raw)
  const size = key.length * 3 <= keySizeMax ? 0 : Buffer.byteLength(key)
  if (size <= keySizeMax) return key
  throw new ApiError('KeyTooLongError', undefined, {
    details: { Size: String(size), MaxSizeAllowed: String(keySizeMax) },
  })
}

/** Percent-decoded once; nothing is resolved. Throws InvalidURI for a broken escape, invalid UTF-8, NUL, or what had to be escaped and is not. */
export function decodeOnce(raw: string): string {
  let text = raw
  try {
    if (raw.includes('%')) text = decodeURIComponent(raw)
  } catch (cause) {
    throw new ApiError('InvalidURI', undefined, { cause })
  }
  // Bytes beyond ASCII must be escaped in a target (RFC 3986 2): unescaped, their encoding would be a guess.
  if (text.includes('\0') || /[^\0-\x7f]/.test(raw)) throw new ApiError('InvalidURI')
  return text
}
