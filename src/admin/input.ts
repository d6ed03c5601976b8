/** What a management request says, checked: path, query and body against what the operation declares. */
import { z } from 'zod'
import { ApiError } from '../base/errors.ts'
import type { HttpRequest } from '../http/message.ts'
import { Query } from '../http/query.ts'
import { parseJson } from './json.ts'
import type { AnyInput, ManagementOperation, SentBytes } from './operation.ts'

/** Bytes. */
const bodySizeMax = 1024 * 1024

/** How many faults are told, and how many characters of each. */
const faultsMax = 10
const faultLengthMax = 300

/**
 * Throws InvalidArgument, which names what is wrong; UnsupportedMediaType, MaxMessageLengthExceeded, InvalidRequest for what is no JSON;
 * MissingContentLength for bytes of which nobody knows how many come.
 */
export async function readInput(
  operation: ManagementOperation,
  params: Readonly<Record<string, string>>,
  request: HttpRequest,
): Promise<AnyInput> {
  const query = queryOf(request)
  if (operation.body === 'bytes') return { ...checkInput(operation, { params, query, body: {} }), ...bytesOf(request) }
  const body = operation.body === undefined ? {} : await readJson(request)
  return checkInput(operation, { params, query, body })
}

/** Nothing of it is read here. */
function bytesOf({ headers, contentLength, body }: HttpRequest): { readonly body: AnyInput['body'] } {
  if (contentLength === undefined) throw new ApiError('MissingContentLength')
  if (headers['content-encoding'] !== undefined)
    throw new ApiError('UnsupportedMediaType', 'A Content-Encoding is set with the object, not with its bytes.')
  const bytes: SentBytes = { body, size: contentLength, type: headers['content-type'] }
  return { body: { ...bytes } }
}

/** The same, of input that came otherwise. Bytes are in no such input. */
export function checkInput(
  operation: ManagementOperation,
  input: { readonly [Part in keyof AnyInput]: unknown },
): AnyInput {
  const faults: string[] = []
  const part = (name: keyof AnyInput): Readonly<Record<string, unknown>> => {
    const shape = operation[name]
    const checked = (typeof shape === 'object' ? shape : nothing).safeParse(input[name])
    if (checked.success) return checked.data
    for (const { path, message } of checked.error.issues.slice(0, faultsMax)) {
      const fault = path.length === 0 ? message : `${path.join('.')}: ${message}`
      faults.push(fault.slice(0, faultLengthMax).toWellFormed())
    }
    return {}
  }
  const checked = { params: part('params'), query: part('query'), body: part('body') }
  if (faults.length > 0) throw new ApiError('InvalidArgument', faults.join('; '))
  return checked
}

const nothing = z.strictObject({})

function queryOf(request: HttpRequest): Record<string, string> {
  // Without a prototype, so that no name means anything but itself.
  const query = Object.create(null) as Record<string, string>
  for (const [name, value] of Query.parse(request.query).parameters) {
    if (name in query) throw new ApiError('InvalidArgument', `The query has ${name.slice(0, faultLengthMax)} twice.`)
    query[name] = value
  }
  return query
}

/** An empty body is an empty object. */
async function readJson({ headers, contentLength, body }: HttpRequest): Promise<unknown> {
  if (contentLength !== undefined && contentLength > bodySizeMax) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > bodySizeMax) throw tooLarge()
    // The chunk is good until the next one is asked for.
    chunks.push(Buffer.from(chunk))
  }
  if (size === 0) return {}
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new ApiError('UnsupportedMediaType')
  if (headers['content-encoding'] !== undefined)
    throw new ApiError('UnsupportedMediaType', 'The body must not be compressed.')
  return parseJson(Buffer.concat(chunks))
}

const tooLarge = (): ApiError =>
  new ApiError('MaxMessageLengthExceeded', `The body may have ${bodySizeMax} bytes at most.`)
