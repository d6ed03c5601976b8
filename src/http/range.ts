/** The Range header (RFC 9110 14.2): which bytes of an object are asked for, as one range or as several. */
import { ApiError } from '../base/errors.ts'
import { listHasEtag, type Validators } from './conditions.ts'
import { parseHttpDate } from './dates.ts'

export interface ByteRange {
  /** Offset of the first byte. */
  readonly start: number
  /** Offset after the last byte; greater than start. */
  readonly end: number
}

/** As asked for, whatever the size: from `first` through `last`, or the last `suffix` bytes. */
type RangeSpec = { readonly first: number; readonly last: number } | { readonly suffix: number }

/**
 * The range of an object of `size` bytes that the header asks for. `whole`, as S3 answers, for what is not understood: several ranges,
 * another unit, no range at all. Throws InvalidRange where the range has no byte of the object.
 */
export function parseRange(header: string, size: number): ByteRange | 'whole' {
  const spec = header.slice(0, unit.length).toLowerCase() === unit ? parseSpec(header.slice(unit.length)) : undefined
  if (spec === undefined) return 'whole'
  const range = applySpec(spec, size)
  if (range !== undefined) return range
  throw invalidRange(header, size)
}

/** Ranges of one request as sent; more, and the header is passed over. */
const specsMax = 64
/** Ranges of one answer. */
const rangesMax = 16

/**
 * The ranges of an object of `size` bytes that the header asks for, in the order asked for, of which no two touch: those that overlap or
 * adjoin are one, in the place of the first of them, and those without a byte of the object are left out. A single one where one is left.
 * `whole` for what is not understood, and for more ranges than are served (RFC 9110 14.2 lets a server pass over those). Throws
 * InvalidRange where no range has a byte of the object.
 */
export function parseRanges(header: string, size: number): ByteRange | readonly ByteRange[] | 'whole' {
  if (!header.includes(',')) return parseRange(header, size)
  if (header.slice(0, unit.length).toLowerCase() !== unit) return 'whole'
  const texts = header.slice(unit.length).split(',', specsMax + 1)
  if (texts.length > specsMax) return 'whole'
  const ranges: ByteRange[] = []
  let specs = 0
  for (const text of texts) {
    const trimmed = trimBlanks(text)
    // A list may have empty elements (RFC 9110 5.6.1.2).
    if (trimmed === '') continue
    const spec = parseSpec(trimmed)
    if (spec === undefined) return 'whole'
    specs++
    const range = applySpec(spec, size)
    if (range !== undefined) ranges.push(range)
  }
  if (specs === 0) return 'whole'
  if (ranges.length === 0) throw invalidRange(header, size)
  const joined = coalesce(ranges)
  if (joined.length > rangesMax) return 'whole'
  return joined.length === 1 ? joined[0]! : joined
}

/**
 * Whether If-Range (RFC 9110 13.1.5) lets the range be served; if not, the whole is. Only the very ETag, strong, or the very date of the
 * last modification do.
 */
export function ifRangeHolds(header: string, current: Validators): boolean {
  const date = parseHttpDate(header)
  if (date !== undefined) return Math.floor(current.modifiedMs / 1000) * 1000 === date
  return header !== '*' && listHasEtag(header, current.etag, 'strong')
}

/**
 * x-amz-copy-source-range, of which S3 takes one form only, `bytes=first-last`, wholly within the source. Throws InvalidArgument for
 * another form, InvalidRange beyond the source's end.
 */
export function parseCopySourceRange(header: string, size: number): ByteRange {
  const match = /^bytes=(\d{1,16})-(\d{1,16})$/.exec(header)
  const first = Number(match?.[1])
  const last = Number(match?.[2])
  if (match === null || first > last) {
    throw new ApiError(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      { details: { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header } },
    )
  }
  if (last >= size) {
    throw new ApiError('InvalidRange', `Range specified is not valid for source object of size: ${size}`, {
      details: { RangeRequested: header, ActualObjectSize: String(size) },
    })
  }
  return { start: first, end: last + 1 }
}

const unit = 'bytes='

const invalidRange = (header: string, size: number): ApiError =>
  new ApiError('InvalidRange', undefined, {
    details: { RangeRequested: header, ActualObjectSize: String(size) },
    headers: { 'content-range': `bytes */${size}` },
  })

/** One range for those that overlap or adjoin, each where the first of its members was. */
function coalesce(ranges: readonly ByteRange[]): ByteRange[] {
  const sorted = ranges.map(({ start, end }, order) => ({ start, end, order })).sort((a, b) => a.start - b.start)
  const joined: typeof sorted = []
  for (const range of sorted) {
    const before = joined.at(-1)
    if (before !== undefined && range.start <= before.end) {
      before.end = Math.max(before.end, range.end)
      before.order = Math.min(before.order, range.order)
    } else joined.push(range)
  }
  return joined.sort((a, b) => a.order - b.order).map(({ start, end }) => ({ start, end }))
}

/** Without the spaces and tabs around it. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09

/** `a-b`, `a-` or `-n`. */
function parseSpec(text: string): RangeSpec | undefined {
  const dash = text.indexOf('-')
  if (dash < 0) return undefined
  const first = parseOffset(text, 0, dash)
  const last = parseOffset(text, dash + 1, text.length)
  if (dash === 0) return last === undefined ? undefined : { suffix: last }
  if (first === undefined) return undefined
  if (dash === text.length - 1) return { first, last: Infinity }
  return last === undefined || last < first ? undefined : { first, last }
}

/** Digits only, at least one; too many are Infinity, or near it. */
function parseOffset(text: string, start: number, end: number): number | undefined {
  if (start === end) return undefined
  let offset = 0
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return undefined
    offset = offset * 10 + digit
  }
  return offset
}

/** Undefined where nothing of the object is in it: RFC 9110 14.1.2's unsatisfiable. */
function applySpec(spec: RangeSpec, size: number): ByteRange | undefined {
  if ('suffix' in spec) {
    return spec.suffix === 0 || size === 0 ? undefined : { start: Math.max(0, size - spec.suffix), end: size }
  }
  return spec.first >= size ? undefined : { start: spec.first, end: Math.min(spec.last + 1, size) }
}
