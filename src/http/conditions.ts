/**
 * Conditional requests: what If-Match and its like decide (RFC 9110 13), with S3's rules for reads, writes, deletes and the sources of
 * copies. Pure: each takes the conditions and what there is now.
 */
import { ApiError } from '../base/errors.ts'
import { parseHttpDate } from './dates.ts'

/** What conditions are about. */
export interface Validators {
  /** Strong, and without its quotes. */
  readonly etag: string
  /** Conditions see whole seconds of it. */
  readonly modifiedMs: number
  /** Bytes. */
  readonly size: number
}

/** Header values as sent, and dates parsed: one that cannot be parsed is as if it were not there. */
export interface ReadConditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSinceMs?: number | undefined
  readonly ifUnmodifiedSinceMs?: number | undefined
}

export interface WriteConditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

export interface DeleteConditions {
  readonly ifMatch?: string | undefined
  /** x-amz-if-match-size: bytes. */
  readonly ifMatchSize?: number | undefined
  /** x-amz-if-match-last-modified-time. */
  readonly ifMatchLastModifiedMs?: number | undefined
}

type ReadConditionName = 'If-Match' | 'If-None-Match' | 'If-Modified-Since' | 'If-Unmodified-Since'

/** The conditions of a GET or HEAD. */
export function readConditionsOf(headers: Readonly<Record<string, string | undefined>>): ReadConditions {
  const modified = headers['if-modified-since']
  const unmodified = headers['if-unmodified-since']
  return {
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSinceMs: modified === undefined ? undefined : parseHttpDate(modified),
    ifUnmodifiedSinceMs: unmodified === undefined ? undefined : parseHttpDate(unmodified),
  }
}

/**
 * The condition that does not hold, in the order of RFC 9110 13.2.2; undefined if all hold. A date is not looked at where the ETag condition
 * of its kind is there: S3's If-Match true with If-Unmodified-Since false is 200, and If-None-Match false with If-Modified-Since true 304.
 */
export function failedReadCondition(conditions: ReadConditions, current: Validators): ReadConditionName | undefined {
  const { ifMatch, ifNoneMatch, ifModifiedSinceMs, ifUnmodifiedSinceMs } = conditions
  if (ifMatch !== undefined) {
    if (!listHasEtag(ifMatch, current.etag, 'strong')) return 'If-Match'
  } else if (ifUnmodifiedSinceMs !== undefined && secondsOf(current.modifiedMs) > secondsOf(ifUnmodifiedSinceMs)) {
    return 'If-Unmodified-Since'
  }
  if (ifNoneMatch !== undefined) return listHasEtag(ifNoneMatch, current.etag, 'weak') ? 'If-None-Match' : undefined
  if (ifModifiedSinceMs !== undefined && secondsOf(current.modifiedMs) <= secondsOf(ifModifiedSinceMs)) {
    return 'If-Modified-Since'
  }
  return undefined
}

/** For GET and HEAD. Throws PreconditionFailed or NotModified. */
export function checkReadConditions(conditions: ReadConditions, current: Validators): void {
  const failed = failedReadCondition(conditions, current)
  if (failed === undefined) return
  if (failed === 'If-None-Match' || failed === 'If-Modified-Since') throw new ApiError('NotModified')
  throw preconditionFailed(failed)
}

/** For the source of a copy: x-amz-copy-source-if-*. Throws PreconditionFailed, whichever fails. */
export function checkCopySourceConditions(conditions: ReadConditions, source: Validators): void {
  const failed = failedReadCondition(conditions, source)
  if (failed !== undefined) throw preconditionFailed(`x-amz-copy-source-${failed}`)
}

/**
 * Throws NotImplemented for what S3 does not take on writes: both conditions at once. To be called before the body is read;
 * checkWriteConditions does not repeat it.
 */
export function requireWritableConditions({ ifMatch, ifNoneMatch }: WriteConditions): void {
  if (ifMatch === undefined || ifNoneMatch === undefined) return
  throw new ApiError('NotImplemented', 'A header you provided implies functionality that is not implemented', {
    details: {
      Header: 'If-Match',
      additionalMessage: 'Multiple conditional request headers present in the request',
    },
  })
}

/**
 * For PutObject, CompleteMultipartUpload and CopyObject's target; `current` is undefined where there is no object, or a delete marker.
 * If-None-Match takes ETags too, as RFC 9110 13.1.2 has it: AWS itself takes `*` alone, and answers NotImplemented to the rest.
 */
export function checkWriteConditions({ ifMatch, ifNoneMatch }: WriteConditions, current: Validators | undefined): void {
  if (ifMatch !== undefined) {
    if (current === undefined) throw new ApiError('NoSuchKey')
    if (!listHasEtag(ifMatch, current.etag, 'strong')) throw preconditionFailed('If-Match')
  }
  if (ifNoneMatch !== undefined && current !== undefined && listHasEtag(ifNoneMatch, current.etag, 'weak')) {
    throw preconditionFailed('If-None-Match')
  }
}

/** For DeleteObject and DeleteObjects. What is not there is deleted already, whatever was expected of it. */
export function checkDeleteConditions(conditions: DeleteConditions, current: Validators | undefined): void {
  if (current === undefined) return
  const { ifMatch, ifMatchSize, ifMatchLastModifiedMs } = conditions
  if (ifMatch !== undefined && !listHasEtag(ifMatch, current.etag, 'strong')) throw preconditionFailed('If-Match')
  if (ifMatchSize !== undefined && ifMatchSize !== current.size) throw preconditionFailed('x-amz-if-match-size')
  if (ifMatchLastModifiedMs !== undefined && secondsOf(ifMatchLastModifiedMs) !== secondsOf(current.modifiedMs)) {
    throw preconditionFailed('x-amz-if-match-last-modified-time')
  }
}

/**
 * Whether the list is `*` or has the ETag. As S3 does, it takes tags without quotes. A weak tag of the list is equal only in the weak
 * comparison (RFC 9110 8.8.3.2).
 */
export function listHasEtag(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list === '*') return true
  let at = 0
  while (at < list.length) {
    const code = list.charCodeAt(at)
    if (code === comma || code === space || code === tab) {
      at++
      continue
    }
    const weak = list.startsWith('W/', at)
    if (weak) at += 2
    const quoted = list.charCodeAt(at) === quote
    const start = quoted ? at + 1 : at
    const close = list.indexOf(quoted ? '"' : ',', start)
    const end = close < 0 ? list.length : close
    if ((!weak || comparison === 'weak') && isSame(list, start, end, etag)) return true
    at = end + 1
  }
  return false
}

function isSame(list: string, start: number, end: number, etag: string): boolean {
  let last = end
  while (last > start && (list.charCodeAt(last - 1) === space || list.charCodeAt(last - 1) === tab)) last--
  return last - start === etag.length && list.startsWith(etag, start)
}

const comma = 0x2c
const space = 0x20
const tab = 0x09
const quote = 0x22

const secondsOf = (ms: number): number => Math.floor(ms / 1000)

const preconditionFailed = (condition: string): ApiError =>
  new ApiError('PreconditionFailed', undefined, { details: { Condition: condition } })
