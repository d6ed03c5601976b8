/** What delivery says of an object in headers, worked out once for each of its versions in memory. */
import { formatHttpDate } from '../http/dates.ts'
import type { Bucket } from '../objects/bucket.ts'
import { etagOf, type Head } from '../objects/head.ts'
import { cachePolicyOf, heldCacheControl, type CachePolicy } from './cache-control.ts'
import type { Coding } from '../http/content-coding.ts'
import { mediaTypeOf, type MediaType } from '../objects/media-type.ts'
import { compressedSizeMax, compressedSizeMin } from './compress.ts'

export interface Description extends MediaType {
  /** Of the stored bytes; without quotes. */
  readonly etag: string
  /** Whether it is sent compressed to those who take it so. */
  readonly varies: boolean
  readonly cache: CachePolicy
  /** What every 200 and 206 of it bears, name, value, name, value …: content-type aside, which several ranges replace. */
  readonly fixed: readonly string[]
}

/** What a request's answer depends on, beside the object. */
export interface Told {
  readonly bucket: Bucket
  /** Without quotes. */
  readonly etag: string
  readonly coding: Coding | undefined
  /** It carried a token: its address is nobody else's business. */
  readonly carried: boolean
  /** It was let in by a token. */
  readonly held: boolean
  /** Until the token expires; undefined where it never does. */
  readonly leftSeconds: number | undefined
  /** The bytes, or all that is asked for, were in this process's memory. */
  readonly hit: boolean
}

/** Keeps a page or image that can run script from all but itself: of its own origin it is none. */
const sandbox = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'"

const described = new WeakMap<Head, Description>()

/** A head belongs to one key. */
export function describe(head: Head, key: string): Description {
  const known = described.get(head)
  if (known !== undefined) return known
  const { system } = head
  const type = mediaTypeOf(system.contentType, key)
  const { contentEncoding, contentLanguage, contentDisposition } = system
  const fixed = ['accept-ranges', 'bytes', 'x-content-type-options', 'nosniff']
  fixed.push('cross-origin-resource-policy', 'cross-origin')
  if (!type.passive) fixed.push('content-security-policy', sandbox)
  if (contentEncoding !== undefined) fixed.push('content-encoding', contentEncoding)
  if (contentLanguage !== undefined) fixed.push('content-language', contentLanguage)
  if (contentDisposition !== undefined) fixed.push('content-disposition', contentDisposition)
  const description: Description = {
    ...type,
    etag: etagOf(head),
    varies: type.compressible && mayBeCompressed(head),
    cache: cachePolicyOf(system.cacheControl, type.kind),
    fixed,
  }
  described.set(head, description)
  return description
}

/** Whether its size makes it worth while, and its owner has not said otherwise (RFC 9111 5.2.2.6). */
const mayBeCompressed = ({ size, system }: Head): boolean =>
  size >= compressedSizeMin &&
  size <= compressedSizeMax &&
  system.contentEncoding === undefined &&
  !/\bno-transform\b/i.test(system.cacheControl ?? '')

/** The headers of a 200 or 206, but content-length, content-range and those of CORS. */
export function headersOf(head: Head, description: Description, told: Told, contentType?: string): string[] {
  const headers = ['content-type', contentType ?? description.contentType, ...validatorsOf(head, description, told)]
  headers.push(...description.fixed)
  if (told.coding !== undefined) headers.push('content-encoding', told.coding)
  return headers
}

/** The headers that a 304 has in common with them (RFC 9110 15.4.5). */
export function validatorsOf({ modifiedMs, system }: Head, { cache, varies }: Description, told: Told): string[] {
  const headers = ['etag', `"${told.etag}"`, 'last-modified', formatHttpDate(modifiedMs)]
  headers.push('cache-control', told.held ? heldCacheControl(cache, told.leftSeconds) : cache.open)
  if (system.expires !== undefined && !told.held) headers.push('expires', system.expires)
  const vary = varyOf(told.bucket, varies)
  if (vary !== undefined) headers.push('vary', vary)
  if (told.carried) headers.push('referrer-policy', 'no-referrer')
  headers.push('cache-status', told.hit ? 'entrepot; hit' : 'entrepot; fwd=miss')
  return headers
}

const originVary = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'

/** What answers about a bucket depend on; undefined for nothing. */
export function varyOf({ cors }: Pick<Bucket, 'cors'>, byEncoding: boolean): string | undefined {
  if (cors === undefined) return byEncoding ? 'Accept-Encoding' : undefined
  return byEncoding ? `Accept-Encoding, ${originVary}` : originVary
}
