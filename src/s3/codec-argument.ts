/** Turns the text of headers, query parameters and elements into values, and answers as AWS does where it cannot. */
import { ApiError } from '../base/errors.ts'
import type { ErrorCode } from '../base/errors.ts'
import { parseTimestamp } from './codec-timestamp.ts'
import type { Binding, Type } from './shape.ts'

/** Undefined where the text counts as not sent. */
export type Reader = (text: string) => unknown

/** Bounds of the query parameters and headers that have others than most. */
const bounds: Readonly<Record<string, readonly [min: number, max: number]>> = {
  partNumber: [1, 10_000],
  'max-buckets': [1, 10_000],
}
const int32Max = 2_147_483_647

/** What AWS says of a value that an enumeration does not have, by the header or parameter; others are InvalidArgument. */
const enumerationFaults: Readonly<Record<string, readonly [ErrorCode, message?: string]>> = {
  'x-amz-storage-class': ['InvalidStorageClass'],
  'x-amz-metadata-directive': ['InvalidArgument', 'Unknown metadata directive.'],
  'x-amz-tagging-directive': ['InvalidArgument', 'Unknown tagging directive.'],
  'x-amz-sdk-checksum-algorithm': ['InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.'],
  'x-amz-checksum-algorithm': ['InvalidRequest', 'Checksum algorithm provided is unsupported.'],
  'x-amz-checksum-type': ['InvalidRequest', 'Value for x-amz-checksum-type header is invalid.'],
  'x-amz-checksum-mode': ['InvalidRequest', 'Value for x-amz-checksum-mode header is invalid.'],
  'x-amz-server-side-encryption': ['InvalidArgument', 'The encryption method specified is not supported'],
  'x-amz-object-lock-mode': ['InvalidArgument', 'Unknown wormMode directive.'],
  'x-amz-object-lock-legal-hold': ['InvalidArgument', "Legal Hold must be either of 'ON' or 'OFF'"],
  'x-amz-object-attributes': ['InvalidArgument', 'Invalid attribute name specified.'],
  'encoding-type': ['InvalidArgument', 'Invalid Encoding Method specified in Request'],
}

/** How the member's text is read, found once. `wireName` is for what AWS says of a bad one. */
export function readerOf({ location, type, wireName = '' }: Binding): Reader {
  switch (type.kind) {
    case 'number':
      return location === 'query'
        ? (text) => readNumber(text, wireName, int32Max)
        : (text) => readNumber(text, wireName)
    case 'boolean':
      return (text) => readBoolean(text, wireName)
    case 'timestamp':
    case 'dateTime':
      return ignoredDates.has(wireName) ? parseTimestamp : (text) => readTimestamp(text, wireName)
    case 'enumeration':
      return enumerationReader(type.values, wireName)
    case 'list':
      return listReader(type.item, wireName)
    case 'etag':
      return unquote
    case 'string':
    case 'keyText':
      return readerOfText(location, wireName)
    case 'stringMap':
    case 'requestBody':
    case 'responseBody':
    case 'structure':
      throw new Error(`No header or parameter is a ${type.kind}`)
  }
}

/** A condition with a bad date is as if it were not there (RFC 9110 13.1.3, 13.1.4). */
const ignoredDates = new Set(['if-modified-since', 'if-unmodified-since'])

export const invalidArgument = (name: string, value: string, message: string): ApiError =>
  new ApiError('InvalidArgument', message, { details: { ArgumentName: name, ArgumentValue: value } })

function readNumber(text: string, name: string, most = Number.MAX_SAFE_INTEGER): number | undefined {
  if (text === '') return undefined
  const value = parseInteger(text)
  const [min, max] = bounds[name] ?? [0, most]
  if (value !== undefined && value >= min && value <= max) return value
  if (name === 'partNumber') throw invalidArgument(name, text, partNumberFault)
  if (value === undefined || value > max)
    throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`)
  throw invalidArgument(name, text, `Argument ${camelCase(name)} must be an integer between ${min} and ${max}`)
}

const partNumberFault = 'Part number must be an integer between 1 and 10000, inclusive'
const camelCase = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** Undefined for what is not an integer that a double can hold. */
function parseInteger(text: string): number | undefined {
  const value = /^[ \t\r\n]*[+-]?\d{1,16}[ \t\r\n]*$/.test(text) ? Number(text) : NaN
  return Number.isSafeInteger(value) ? value : undefined
}

function readBoolean(text: string, name: string): boolean | undefined {
  if (text === '') return undefined
  const value = parseBoolean(text)
  if (value === undefined) throw invalidArgument(name, text, `Provided ${name} not a boolean`)
  return value
}

function parseBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase()
  return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : undefined
}

function readTimestamp(text: string, name: string): number {
  const value = parseTimestamp(text)
  if (value === undefined) throw invalidArgument(name, text, `Provided ${name} not a valid date`)
  return value
}

/** Checksum algorithms and types are taken in either case, since clients differ; the value is always S3's. */
function enumerationReader(values: readonly string[], wireName: string): Reader {
  const known = new Map(values.map((value) => [value, value]))
  const anyCase = wireName.includes('checksum')
  return (text) => {
    if (text === '') return undefined
    const value = known.get(text) ?? (anyCase ? known.get(text.toUpperCase()) : undefined)
    if (value !== undefined) return value
    const [code, message] = enumerationFaults[wireName] ?? ['InvalidArgument', `Provided ${wireName} is not valid`]
    throw new ApiError(code, message, { details: { ArgumentName: wireName, ArgumentValue: text } })
  }
}

/** Items separated by commas, as a header or a repeated header has them. */
function listReader(item: Type, wireName: string): Reader {
  const read = readerOf({ location: 'header', type: item, wireName, required: true })
  return (text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '')
      .map((each) => read(each))
}

/** An entity tag without its quotes, if it has them. */
const unquote = (text: string): string => {
  const tag = text.trim()
  return tag.length > 1 && tag.startsWith('"') && tag.endsWith('"') ? tag.slice(1, -1) : tag
}

function readerOfText(location: string, wireName: string): Reader {
  if (wireName === 'x-amz-copy-source') return utf8OfBytes
  return location === 'query' && wireName.startsWith('response-') ? (text) => readHeaderToBe(text, wireName) : asIs
}

const asIs = (text: string): string => text

/** Headers come as one character a byte. Text that names a key is UTF-8 if it can be. */
function utf8OfBytes(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text
  const decoded = Buffer.from(text, 'latin1').toString('utf8')
  return decoded.includes('\ufffd') ? text : decoded
}

/** The value becomes a header of the answer, where control characters could begin another. */
function readHeaderToBe(text: string, name: string): string {
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(text))
    throw invalidArgument(name, text, 'Header value cannot be represented using ISO-8859-1.')
  return text
}

/** How an element's text is read: what is not of its type does not validate against the schema. */
export function readElementText(type: Type, text: string, member: string): unknown {
  switch (type.kind) {
    case 'number': {
      const value = parseInteger(text)
      if (member === 'PartNumber' && value !== undefined && (value < 1 || value > 10_000)) {
        throw invalidArgument('partNumber', text, partNumberFault)
      }
      return value !== undefined && (value >= 0 || mayBeNegative.has(member)) ? value : malformed()
    }
    case 'boolean':
      return parseBoolean(text) ?? malformed()
    case 'timestamp':
    case 'dateTime':
      return parseTimestamp(text.trim()) ?? malformed()
    case 'enumeration':
      return type.values.includes(text.trim()) ? text.trim() : malformed()
    case 'etag':
      return unquote(text)
    case 'string':
    case 'keyText':
      return text
    case 'stringMap':
    case 'requestBody':
    case 'responseBody':
    case 'list':
    case 'structure':
      throw new Error(`No text of an element is a ${type.kind}`)
  }
}

/** Of these the operations say what is wrong with them. */
const mayBeNegative: ReadonlySet<string> = new Set(['Days', 'Years'])

const malformed = (): never => {
  throw new ApiError('MalformedXML')
}
