/** Signature Version 2, by header and by query ("Signing and authenticating REST requests"): HMAC-SHA1 over a string of lines. */
import { createHmac } from 'node:crypto'
import { ApiError } from '../../base/errors.ts'
import type { HttpRequest } from '../../http/message.ts'
import type { Query } from '../../http/query.ts'
import { signatureDoesNotMatch, usualCauses } from './mismatch.ts'
import { payloadName, unlisted } from './payload-mode.ts'
import type { PayloadName } from './payload-mode.ts'
import { joinRepeated } from './readings.ts'
import { sameSignature } from './same-signature.ts'
import { canonicalResources, checkUnambiguous } from './v2-resource.ts'
import { checkSkew, errorTime, parseTime } from './signing-time.ts'
import { missingDate, unknownAccessKey } from './v4-claim.ts'
import type { ClaimOptions } from './v4-claim.ts'

export interface V2Claim {
  readonly method: 'v2-header' | 'v2-query'
  readonly accessKeyId: string
  /** The Date line: '' where x-amz-date takes its place, Expires in a query. */
  readonly date: string
  readonly signature: string
  readonly payload: PayloadName
  /** In lower case. */
  readonly payloadText: string
}

const accessKeyIdSizeMax = 128
const signatureSize = 28

/** Reads `Authorization: AWS AKID:signature`. */
export function readV2Header(authorization: string, request: HttpRequest, options: ClaimOptions): V2Claim {
  const colon = authorization.lastIndexOf(':')
  const accessKeyId = authorization.slice('AWS '.length, colon).trim()
  if (colon < 0 || accessKeyId === '') {
    throw new ApiError('InvalidArgument', 'AWS authorization header is invalid. Expected AwsAccessKeyId:signature', {
      details: { ArgumentName: 'Authorization' },
    })
  }
  if (accessKeyId.length > accessKeyIdSizeMax) throw unknownAccessKey(accessKeyId)
  const { headers } = request
  const text = headers['x-amz-date'] ?? headers['date']
  const time = text === undefined ? undefined : parseTime(text)
  // AWS takes a time before 1970 for none.
  if (text === undefined || time === undefined || time < 0) throw missingDate()
  checkSkew(time, text, options.clock, options.skewSeconds)
  return {
    method: 'v2-header',
    accessKeyId,
    date: headers['x-amz-date'] === undefined ? text : '',
    signature: authorization.slice(colon + 1).trim(),
    ...readPayload(request),
  }
}

/** Reads `?AWSAccessKeyId=…&Expires=…&Signature=…`. */
export function readV2Query(request: HttpRequest, query: Query, options: ClaimOptions): V2Claim {
  const accessKeyId = single(query, 'AWSAccessKeyId')
  const expires = single(query, 'Expires')
  // Clients forget to encode the `+` of base64, and it arrives as a space.
  const signature = single(query, 'Signature')?.replaceAll(' ', '+')
  if (!accessKeyId || !expires || !signature) {
    throw new ApiError(
      'AccessDenied',
      'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    )
  }
  if (accessKeyId.length > accessKeyIdSizeMax) throw unknownAccessKey(accessKeyId)
  if (!/^\d{1,12}$/.test(expires)) {
    throw new ApiError('AccessDenied', `Invalid date (should be seconds since epoch): ${expires}`)
  }
  checkUnambiguous(query)
  const now = options.clock.now()
  if (now > Number(expires) * 1000) {
    throw new ApiError('AccessDenied', 'Request has expired', {
      details: { Expires: errorTime(Number(expires) * 1000), ServerTime: errorTime(now) },
    })
  }
  return { method: 'v2-query', accessKeyId, date: expires, signature, ...readPayload(request) }
}

/** Version 2 covers no body, but a body may still be hashed or framed as x-amz-content-sha256 (signed, like all x-amz-*) says. */
function readPayload({ headers }: HttpRequest): Pick<V2Claim, 'payload' | 'payloadText'> {
  const payloadText = headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'
  const payload = payloadName(payloadText)
  if (payload.startsWith('STREAMING-AWS4')) throw unlisted(payloadText) // Its chain of signatures starts from one of Version 4.
  return { payload, payloadText }
}

function single(query: Query, wanted: string): string | undefined {
  const values = query.parameters.filter(([name]) => name === wanted)
  if (values.length > 1) throw new ApiError('InvalidArgument', `The parameter ${wanted} must be given only once.`)
  return values[0]?.[1]
}

/**
 * Undefined where the signature is right; otherwise the SignatureDoesNotMatch to throw. `secrets` are those that count, the present one first;
 * `bucket` is the one the host names.
 */
export function verifyV2(
  claim: V2Claim,
  secrets: readonly string[],
  request: HttpRequest,
  query: Query,
  bucket: string | undefined,
): ApiError | undefined {
  let first: string | undefined
  for (const text of stringsToSign(claim, request, query, bucket)) {
    first ??= text
    for (const secret of secrets) {
      for (const encoding of ['utf8', 'latin1'] as const) {
        const signature = createHmac('sha1', secret).update(text, encoding).digest('base64')
        if (claim.signature.length === signatureSize && sameSignature(signature, claim.signature)) return undefined
      }
    }
  }
  return signatureDoesNotMatch({
    accessKeyId: claim.accessKeyId,
    signature: claim.signature,
    stringToSign: first ?? '',
    hint: usualCauses(request, []),
  })
}

/** The request as it arrived, and then as other clients write the same. */
function* stringsToSign(
  claim: V2Claim,
  request: HttpRequest,
  query: Query,
  bucket: string | undefined,
): Generator<string> {
  const inQuery = claim.method === 'v2-query'
  const joined = joinRepeated(request.rawHeaders, (name) => name.startsWith('x-amz-'))
  const headerSets = joined === undefined ? [request.headers] : [{ ...request.headers, ...joined }, request.headers]
  const prefix = request.forwarded.prefix?.replaceAll(/^\/+|\/+$/g, '')
  const seen = new Set<string>()
  for (const path of prefix ? [request.path, `/${prefix}${request.path}`] : [request.path]) {
    for (const resource of canonicalResources(bucket === undefined ? path : `/${bucket}${path}`, query, inQuery)) {
      for (const headers of headerSets) {
        const value = (name: string) => headers[name] ?? (inQuery ? query.get(name) : undefined) ?? ''
        const text = `${request.method}\n${value('content-md5')}\n${value('content-type')}\n${claim.date}\n${amzHeaders(headers, inQuery ? query : undefined)}${resource}`
        if (seen.has(text)) continue
        seen.add(text)
        yield text
      }
    }
  }
}

/** CanonicalizedAmzHeaders. In a presigned URL, x-amz-* parameters stand for headers. */
function amzHeaders(headers: HttpRequest['headers'], query: Query | undefined): string {
  const values = new Map<string, string>()
  for (const name in headers) {
    const value = headers[name]
    if (name.startsWith('x-amz-') && typeof value === 'string') values.set(name, value.trim())
  }
  for (const [parameter, value] of query?.parameters ?? []) {
    const name = parameter.toLowerCase()
    if (!name.startsWith('x-amz-')) continue
    const before = values.get(name)
    values.set(name, before === undefined ? value : `${before},${value}`)
  }
  let text = ''
  for (const name of [...values.keys()].sort()) text += `${name}:${values.get(name)}\n`
  return text
}
