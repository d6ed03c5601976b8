/** Which bucket and key a request is about, and the token in its path, by the place that its host is and the target's path. */
import { ApiError } from '../base/errors.ts'
import { decodeOnce } from '../objects/key-of-path.ts'
import type { Place } from './hosts.ts'

export interface Address {
  /** Not checked: it may be no bucket's name, or empty. */
  readonly bucket: string
  /** Path before the key, without the token: `/`, or `/photos/` where the bucket stands in the path; as sent. */
  readonly root: string
  /** The key as sent: not decoded. */
  readonly rawKey: string
  /** The token of `~auth=<token>/` before the key. */
  readonly pathToken: string | undefined
}

/** What a segment begins with that holds a token; clients may have escaped its tilde and its equals sign. */
const tokenSegment = /^(?:~|%7e)auth(?:=|%3d)/i

/**
 * `path` is the target's path in origin-form, as sent. Throws InvalidURI for a broken escape, invalid UTF-8 or NUL in the bucket. Nothing in a
 * path is resolved: `..`, `//` and `%2F` are parts of the key.
 */
export function addressOf(place: Place, path: string): Address {
  if (path.charCodeAt(0) !== slash) throw new ApiError('InvalidURI')
  if (place.bucket !== undefined) return withoutToken(place.bucket, '/', path.slice(1))
  const end = path.indexOf('/', 1)
  const segment = end < 0 ? path.slice(1) : path.slice(1, end)
  return withoutToken(decodeOnce(segment), `/${segment}/`, end < 0 ? '' : path.slice(end + 1))
}

function withoutToken(bucket: string, root: string, rest: string): Address {
  const found = isTokenCode(rest.charCodeAt(0)) ? tokenSegment.exec(rest) : null
  if (found === null) return { bucket, root, rawKey: rest, pathToken: undefined }
  const end = rest.indexOf('/')
  const pathToken = end < 0 ? rest.slice(found[0].length) : rest.slice(found[0].length, end)
  return { bucket, root, rawKey: end < 0 ? '' : rest.slice(end + 1), pathToken: decodedOrSent(pathToken) }
}

const slash = 0x2f
const isTokenCode = (code: number): boolean => code === 0x7e /* ~ */ || code === 0x25 /* % */

/** For what is checked by others anyway. */
export function decodedOrSent(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
