/**
 * A form as browsers send it, multipart/form-data (RFC 7578, RFC 2046 5.1), read as it comes: the fields up to the file into memory, within
 * narrow limits, then the file as a stream. Libraries for this are lenient (they pass over what they cannot read, and take any part that has a
 * file name for a file, which S3 does not), so it is read here, and strictly.
 */
import { ApiError } from '../../base/errors.ts'
import { FormBytes } from './form-bytes.ts'
import { readPartHead, type PartHead } from './part-head.ts'

export interface Form {
  /** Those before the file, by name in lower case. */
  readonly fields: ReadonlyMap<string, string>
  /** As the browser sent it, a path perhaps; '' where it sent none. */
  readonly fileName: string
  /** The file, once. It ends only after the form has been found to hold one file and to be whole; otherwise it throws. */
  readonly file: AsyncIterable<Uint8Array>
}

/** Bytes of the names and values of all fields before the file (Amazon S3 API Reference, "POST Object"). */
export const fieldsSizeMax = 20 * 1024
const fieldsMax = 100
/** Bytes of the header lines of a part. */
const headSizeMax = 4 * 1024
/** Bytes of fields after the file, which are passed over. */
const tailSizeMax = fieldsSizeMax

/**
 * Reads the fields. Throws MalformedPOSTRequest for what is no such form, MaxPostPreDataLengthExceeded, and InvalidArgument for a field sent
 * twice or a form without a file.
 */
export async function readForm(contentType: string, body: AsyncIterable<Uint8Array>): Promise<Form> {
  const delimiter = Buffer.from(`\r\n--${boundaryOf(contentType)}`, 'latin1')
  // The first delimiter has no line before it, but may: then there are two bytes too many.
  const bytes = new FormBytes(body, Buffer.from('\r\n'), malformed)
  await bytes.until(delimiter, 2, malformed)
  const fields = new Map<string, string>()
  let size = 0
  while (await hasPart(bytes)) {
    const { name, fileName } = await nextHead(bytes)
    if (name === 'file') return { fields, fileName: fileName ?? '', file: fileOf(bytes, delimiter) }
    if (fields.has(name)) throw invalidArgument(name, 'A form field must be given only once.')
    if (fields.size === fieldsMax) throw malformed(`A form has at most ${fieldsMax} fields.`)
    size += Buffer.byteLength(name)
    const value = await bytes.until(delimiter, Math.max(0, fieldsSizeMax - size), tooMuch)
    size += value.length
    fields.set(name, textOf(value))
  }
  throw notOneFile(0)
}

/** After a delimiter: whether a part follows it, or the form ends. */
async function hasPart(bytes: FormBytes): Promise<boolean> {
  const mark = await bytes.take(2)
  if (mark === '\r\n') return true
  if (mark === '--') return false
  throw malformed()
}

const headEnd = Buffer.from('\r\n\r\n')

/** Its name in lower case. */
async function nextHead(bytes: FormBytes): Promise<PartHead> {
  const head = await bytes.until(headEnd, headSizeMax, malformed)
  const read = readPartHead(head.toString('latin1'))
  if (read === undefined) throw malformed()
  return { name: textOf(read.name).toLowerCase(), fileName: read.fileName && textOf(read.fileName) }
}

async function* fileOf(bytes: FormBytes, delimiter: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* bytes.streamUntil(delimiter)
    let size = 0
    for (let count = 0; await hasPart(bytes); count++) {
      const { name } = await nextHead(bytes)
      if (name === 'file') throw notOneFile(2)
      if (count === fieldsMax) throw malformed(`A form has at most ${fieldsMax} fields.`)
      size += (await bytes.until(delimiter, tailSizeMax - size, malformed)).length
    }
  } finally {
    await bytes.close()
  }
}

/** RFC 2046 5.1.1: at most 70 characters of a few kinds. */
const boundaryParameter = /;[ \t]*boundary=(?:"([\w'()+,./:=? -]{1,70})"|([\w'()+,./:=?-]{1,70}))[ \t]*(?:;|$)/i

function boundaryOf(contentType: string): string {
  const [, quoted, plain] = boundaryParameter.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined || boundary.endsWith(' ')) throw malformed()
  return boundary
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(bytes: Uint8Array | string): string {
  try {
    return utf8.decode(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  } catch {
    throw malformed('The text of a form field is not UTF-8.')
  }
}

const malformed = (message?: string): ApiError => new ApiError('MalformedPOSTRequest', message)
const tooMuch = (): ApiError => new ApiError('MaxPostPreDataLengthExceeded')

const notOneFile = (count: number): ApiError =>
  new ApiError('InvalidArgument', 'POST requires exactly one file upload per request.', {
    details: { ArgumentName: 'file', ArgumentValue: String(count) },
  })

const invalidArgument = (name: string, message: string): ApiError =>
  new ApiError('InvalidArgument', message, { details: { ArgumentName: name } })
