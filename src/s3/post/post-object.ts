/**
 * A file uploaded by a browser's form (Amazon S3 API Reference, "POST Object"). The form is read up to its file, its signature and its policy
 * are checked, and then it is PutObject, with the fields as its headers and the file as its body: what holds for the one holds for the other.
 */
import type { Clock } from '../../base/clock.ts'
import { ApiError } from '../../base/errors.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { missingField, type AuthenticateForm, type FormAuthentication, type FormRules } from '../signature/post.ts'
import { fieldsSizeMax, readForm, type Form } from './form.ts'
import { FormRequest } from './form-request.ts'
import { headersOf } from './headers.ts'
import { checkPolicy, parsePolicy } from './policy.ts'
import { answerSuccess } from './success.ts'

/** What forms are checked with. */
export interface Forms {
  readonly authenticate: AuthenticateForm
  readonly clock: Clock
}

export interface PostOptions extends Forms {
  /** Where it is off, the request is answered NotImplemented. */
  readonly enabled: boolean
  readonly rules: FormRules
  /**
   * Does PutObject: authorises it, for nobody where the form is not signed, and handles it. The request's body is the file, its headers are
   * those that the fields stand for.
   */
  put(request: HttpRequest, key: string, signer: FormAuthentication | undefined): Promise<HttpResponse>
}

/** Whether the request is a form's, for which it must be about a bucket as a whole. */
export const isForm = ({ method, headers }: Pick<HttpRequest, 'method' | 'headers'>): boolean =>
  method === 'POST' && headers['content-type']?.toLowerCase().startsWith('multipart/form-data') === true

/** Bytes of UTF-8. */
const keySizeMax = 1024

export async function postObject(request: HttpRequest, bucket: string, options: PostOptions): Promise<HttpResponse> {
  if (!options.enabled) throw new ApiError('NotImplemented', 'PostObject is not implemented.')
  refuseOtherSignature(request)
  // 1. The form up to its file; what it says of the file's name is put in.
  const form = await readForm(request.headers['content-type'] ?? '', request.body)
  const fields = withFileName(form)
  const key = keyOf(fields)
  // 2. Who signed it, and whether it is what was signed.
  const signer = await options.authenticate(fields, options.rules)
  const file = signer === undefined ? form.file : checkedFile(fields, bucket, form.file, options.clock)
  // 3. PutObject.
  const headers = headersOf(fields, request.headers)
  const done = await options.put(new FormRequest(request, headers, file), key, signer)
  const etag = valueOf(done.headers, 'etag')
  return answerSuccess(request, fields, { bucket, key, etag }, done.headers)
}

/** A form bears its signature itself; another would be one that is not checked. */
function refuseOtherSignature({ headers }: HttpRequest): void {
  if (headers['authorization'] === undefined) return
  throw new ApiError('InvalidArgument', 'Only one auth mechanism allowed: a form bears its signature in its fields.', {
    details: { ArgumentName: 'Authorization' },
  })
}

const unchanged: ReadonlySet<string> = new Set(['policy', 'signature', 'x-amz-signature', 'x-amz-credential'])
const variable = '${filename}'

/** With the file's name in the place of `${filename}`: what follows the last slash or backslash of what the browser sent. */
function withFileName({ fields, fileName }: Form): ReadonlyMap<string, string> {
  const name = fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1)
  const expanded = new Map<string, string>()
  for (const [field, value] of fields) {
    const pieces = unchanged.has(field) ? [value] : value.split(variable)
    if (value.length + (pieces.length - 1) * name.length > fieldsSizeMax)
      throw new ApiError('MaxPostPreDataLengthExceeded')
    expanded.set(field, pieces.join(name))
  }
  return expanded
}

function keyOf(fields: ReadonlyMap<string, string>): string {
  const key = fields.get('key')
  if (key === undefined) throw missingField('key')
  const fault = (message: string): ApiError =>
    new ApiError('InvalidArgument', message, { details: { ArgumentName: 'key', ArgumentValue: key } })
  if (key === '') throw fault('User key must have a length greater than 0.')
  if (key.includes('\0')) throw fault('A key has no NUL.')
  const size = Buffer.byteLength(key)
  if (size > keySizeMax) {
    throw new ApiError('KeyTooLongError', undefined, {
      details: { Size: String(size), MaxSizeAllowed: String(keySizeMax) },
    })
  }
  return key
}

/** The file, of a size that the policy allows. Throws what is wrong with the policy or against it. */
function checkedFile(
  fields: ReadonlyMap<string, string>,
  bucket: string,
  file: AsyncIterable<Uint8Array>,
  clock: Clock,
): AsyncIterable<Uint8Array> {
  const policy = parsePolicy(fields.get('policy') ?? '')
  // The bucket is the one addressed, whatever a field of this name says.
  checkPolicy(policy, new Map(fields).set('bucket', bucket), clock.now())
  return ofSize(file, policy.sizeMin, policy.sizeMax)
}

async function* ofSize(file: AsyncIterable<Uint8Array>, min: number, max: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const piece of file) {
    size += piece.length
    if (size > max) {
      throw new ApiError('EntityTooLarge', undefined, {
        details: { ProposedSize: String(size), MaxSizeAllowed: String(max) },
      })
    }
    yield piece
  }
  if (size < min) {
    throw new ApiError('EntityTooSmall', undefined, {
      details: { ProposedSize: String(size), MinSizeAllowed: String(min) },
    })
  }
}

function valueOf(headers: readonly string[], name: string): string {
  for (let at = 0; at < headers.length; at += 2) if (headers[at]!.toLowerCase() === name) return headers[at + 1]!
  return ''
}
