/** What becomes of the checksums that a request carries, by the toggle `checksums`. */
import { ApiError } from '../base/errors.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Query } from '../http/query.ts'
import type { Toggles } from '../objects/profile.ts'

type Headers = HttpRequest['headers']

/** The algorithm of an upload too, and whether a download shall bear its checksum. */
const isChecksumHeader = (name: string): boolean =>
  name.charCodeAt(0) === 0x78 &&
  (name.startsWith('x-amz-checksum-') || name === 'x-amz-sdk-checksum-algorithm' || name === 'x-amz-trailer')

const ignored = new WeakSet<Headers>()

/** Whether checksums are passed over in a request with these headers, so that it need not have any. */
export const passesOverChecksums = (headers: Headers): boolean => ignored.has(headers)

/**
 * The headers to go by: those given, or those without checksums. `query` is given for a presigned request, whose query can carry headers. Throws
 * InvalidArgument where checksums are rejected and there is one.
 */
export function checksumsByProfile({ checksums }: Toggles, headers: Headers, query: Query | undefined): Headers {
  if (checksums === 'accept') return headers
  if (checksums === 'reject') {
    for (const name in headers) if (isChecksumHeader(name)) throw unsupported(name)
    for (const [name] of query?.parameters ?? []) {
      const header = name.toLowerCase()
      if (isChecksumHeader(header)) throw unsupported(header)
    }
    return headers
  }
  const rest: Record<string, string | undefined> = {}
  for (const name in headers) if (!isChecksumHeader(name)) rest[name] = headers[name]
  ignored.add(rest)
  return rest
}

const unsupported = (header: string): ApiError =>
  new ApiError('InvalidArgument', `Unsupported header '${header}' received for this API call.`)

/** The same request, read by other headers. */
export const withHeaders = (request: HttpRequest, headers: Headers): HttpRequest => ({
  id: request.id,
  method: request.method,
  path: request.path,
  query: request.query,
  headers,
  host: request.host,
  contentLength: request.contentLength,
  // Asked for only when they are: some are made then.
  get rawHeaders() {
    return request.rawHeaders
  },
  get forwarded() {
    return request.forwarded
  },
  get secure() {
    return request.secure
  },
  get remoteAddress() {
    return request.remoteAddress
  },
  get body() {
    return request.body
  },
  get signal() {
    return request.signal
  },
})
