/** Lets pages of other origins read answers, refusals included, where a rule of the bucket says so; and answers those who ask before. */
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { Bucket } from '../objects/bucket.ts'
import { corsHeaders, preflightHeaders } from '../objects/cors-rule.ts'
import { varyOf } from './description.ts'
import { Refusal } from './refuse.ts'

export const allowedMethods = 'GET, HEAD, OPTIONS'

/** The answer, with what the bucket's rules add for the request's Origin. */
export function share(response: HttpResponse, request: HttpRequest, bucket: Bucket): HttpResponse {
  const { origin } = request.headers
  if (bucket.cors === undefined) return response
  const headers = response.headers.includes('vary')
    ? [...response.headers]
    : [...response.headers, 'vary', varyOf(bucket, false)!]
  if (origin !== undefined) headers.push(...grantedTo(origin, request.method, bucket))
  return { ...response, headers }
}

const grantedMax = 64
/** Characters of an origin worth remembering. */
const originSizeMax = 256
const granted = new WeakMap<Bucket, Map<string, readonly string[]>>()

/** The headers without Vary, remembered for the bucket as it is configured. */
export function grantedTo(origin: string, method: string, bucket: Bucket): readonly string[] {
  if (origin.length > originSizeMax) return withoutVary(corsHeaders(bucket, origin, method))
  let known = granted.get(bucket)
  if (known === undefined) granted.set(bucket, (known = new Map<string, readonly string[]>()))
  const name = `${method} ${origin}`
  let headers = known.get(name)
  if (headers === undefined) {
    headers = withoutVary(corsHeaders(bucket, origin, method))
    if (known.size >= grantedMax) known.clear()
    known.set(name, headers)
  }
  return headers
}

const withoutVary = (headers: readonly string[]): string[] =>
  headers.filter((_, at) => headers[at & ~1]!.toLowerCase() !== 'vary')

/** The answer to OPTIONS. Throws Refusal where a page asks whether it may send what no rule of the bucket lets it. */
export function answerOptions({ headers }: HttpRequest, bucket: Bucket): HttpResponse {
  const { origin } = headers
  const method = headers['access-control-request-method']
  if (origin === undefined || method === undefined)
    return { status: 204, headers: ['allow', allowedMethods, 'cache-control', 'no-store'], body: undefined }
  const names = headers['access-control-request-headers']
  const granted = isRead(method) ? preflightHeaders(bucket, origin, method, names) : undefined
  if (granted === undefined)
    throw new Refusal(403, 'AccessForbidden', 'No CORS rule of the bucket allows this request.')
  return { status: 204, headers: granted, body: undefined }
}

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'
