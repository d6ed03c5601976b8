/** What a Signature Version 4 request says of itself, by header or by query, checked for everything that needs no secret. */
import type { SigningRules } from './authenticate.ts'
import type { Clock } from '../../base/clock.ts'
import { ApiError, type ErrorOptions } from '../../base/errors.ts'
import type { HttpRequest } from '../../http/message.ts'
import type { Query } from '../../http/query.ts'
import { payloadName } from './payload-mode.ts'
import type { PayloadName } from './payload-mode.ts'
import { parseSignedHeaders } from './signed-headers.ts'
import type { SignedHeaders } from './signed-headers.ts'
import { basicTime, checkSkew, errorTime, parseBasicTime, parseTime } from './signing-time.ts'

export interface V4Claim {
  readonly method: 'v4-header' | 'v4-query'
  readonly accessKeyId: string
  /** `20130524` */
  readonly date: string
  readonly region: string
  /** `20130524/us-east-1/s3/aws4_request` */
  readonly scope: string
  /** `20130524T000000Z` */
  readonly timestamp: string
  readonly signedHeaders: SignedHeaders
  readonly signature: string
  readonly payload: PayloadName
  /** The last line of the canonical request: `x-amz-content-sha256` as sent. */
  readonly payloadText: string
}

export interface ClaimOptions {
  readonly clock: Clock
  /** Names of the region that a scope may bear; the first is named in errors. */
  readonly regions: readonly string[]
  readonly skewSeconds: number
  /** Where they are not the same for all requests. */
  readonly rules?: SigningRules
}

export const v4Algorithm = 'AWS4-HMAC-SHA256'
const ecdsaAlgorithm = 'AWS4-ECDSA-P256-SHA256'
const expiresMaxSeconds = 604_800
const accessKeyIdSizeMax = 128

/** Whether an Authorization header is Signature Version 4's. Throws NotImplemented for Version 4A. */
export function isV4Authorization(authorization: string): boolean {
  if (authorization.startsWith(ecdsaAlgorithm)) throw notImplementedV4a()
  return authorization.startsWith(v4Algorithm)
}

const notImplementedV4a = (): ApiError =>
  new ApiError(
    'NotImplemented',
    `Signature Version 4A (${ecdsaAlgorithm}) is not implemented; sign with ${v4Algorithm}.`,
  )

/** Reads `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` ("Authenticating requests: using the Authorization header"). */
export function readV4Header(authorization: string, request: HttpRequest, options: ClaimOptions): V4Claim {
  const { credential, signedHeaders: signedText, signature } = parseAuthorization(authorization)
  const scope = parseCredential(credential, options, malformedHeader)
  const signedHeaders = parseSignedHeaders(signedText)
  if (signedHeaders === undefined) throw malformedHeader('SignedHeaders is mal-formed; expecting lower-case names.')
  const { timestamp, time } = headerTime(request)
  if (!timestamp.startsWith(scope.date)) throw malformedHeader(otherDate(scope.date, timestamp))
  checkSkew(time, timestamp, options.clock, options.skewSeconds)
  checkSigned(request, signedHeaders, 'v4-header')
  const payloadText = request.headers['x-amz-content-sha256']
  if (payloadText === undefined) {
    throw new ApiError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  }
  const payload = payloadName(payloadText)
  return { method: 'v4-header', ...scope, timestamp, signedHeaders, signature, payload, payloadText }
}

/** Reads X-Amz-Algorithm and its companions ("Authenticating requests: using query parameters"). */
export function readV4Query(request: HttpRequest, query: Query, options: ClaimOptions): V4Claim {
  const found = authenticationParameters(query)
  const algorithm = found.get('X-Amz-Algorithm')
  const credential = found.get('X-Amz-Credential')
  const timestamp = found.get('X-Amz-Date')
  const expires = found.get('X-Amz-Expires')
  const signedText = found.get('X-Amz-SignedHeaders')
  const signature = found.get('X-Amz-Signature')
  if (algorithm === ecdsaAlgorithm) throw notImplementedV4a()
  if (!algorithm || !credential || !timestamp || expires === undefined || !signedText || !signature) {
    throw malformedQuery(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    )
  }
  if (algorithm !== v4Algorithm) throw malformedQuery(`X-Amz-Algorithm only supports "${v4Algorithm}"`)
  const scope = parseCredential(credential, options, malformedCredential)
  const time = parseBasicTime(timestamp)
  if (time === undefined) {
    throw malformedQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
  }
  if (!timestamp.startsWith(scope.date)) throw malformedQuery(otherDate(scope.date, timestamp))
  const signedHeaders = parseSignedHeaders(signedText)
  if (signedHeaders === undefined)
    throw malformedQuery('X-Amz-SignedHeaders is mal-formed; expecting lower-case names.')
  checkValidity(time, expiresSeconds(expires, options), options)
  checkSigned(request, signedHeaders, 'v4-query')
  const payloadText = request.headers['x-amz-content-sha256'] ?? found.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD'
  const payload = payloadName(payloadText)
  return { method: 'v4-query', ...scope, timestamp, signedHeaders, signature, payload, payloadText }
}

type Malformed = (message: string, options?: ErrorOptions) => ApiError

const malformedHeader: Malformed = (message, options) =>
  new ApiError('AuthorizationHeaderMalformed', `The authorization header is malformed; ${message}`, options)
const malformedQuery: Malformed = (message, options) =>
  new ApiError('AuthorizationQueryParametersError', message, options)
export const malformedCredential: Malformed = (message, options) =>
  malformedQuery(`Error parsing the X-Amz-Credential parameter; ${message}`, options)

const otherDate = (date: string, timestamp: string): string =>
  `Invalid credential date "${date}". This date is not the same as X-Amz-Date: "${timestamp.slice(0, 8)}".`

/** The three fields, in any order, `,` and blanks between them. */
function parseAuthorization(authorization: string): { credential: string; signedHeaders: string; signature: string } {
  let credential = ''
  let signedHeaders = ''
  let signature = ''
  for (let start = v4Algorithm.length; start < authorization.length;) {
    let end = authorization.indexOf(',', start)
    if (end < 0) end = authorization.length
    while (authorization.charCodeAt(start) === 0x20) start++
    const equals = authorization.indexOf('=', start)
    const name = equals < 0 || equals > end ? '' : authorization.slice(start, equals)
    const value = authorization.slice(equals + 1, end)
    if (name === 'Credential' && credential === '') credential = value.trim()
    else if (name === 'SignedHeaders' && signedHeaders === '') signedHeaders = value.trim()
    else if (name === 'Signature' && signature === '') signature = value.trim()
    else throw malformedHeader('expecting Credential, SignedHeaders and Signature, each once.')
    start = end + 1
  }
  if (credential === '') throw malformedHeader('missing Credential.')
  if (signedHeaders === '') throw malformedHeader('missing SignedHeaders.')
  if (signature === '') throw malformedHeader('missing Signature.')
  return { credential, signedHeaders, signature }
}

export interface Scope {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly scope: string
}

/** `AKID/20130524/us-east-1/s3/aws4_request`; the access key id may itself hold slashes. */
export function parseCredential(text: string, options: ClaimOptions, malformed: Malformed): Scope {
  const beforeTerminal = text.lastIndexOf('/')
  const beforeService = text.lastIndexOf('/', beforeTerminal - 1)
  const beforeRegion = text.lastIndexOf('/', beforeService - 1)
  const beforeDate = text.lastIndexOf('/', beforeRegion - 1)
  if (beforeTerminal < 1 || beforeService < 1 || beforeRegion < 1 || beforeDate < 0) {
    throw malformed('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".')
  }
  const accessKeyId = text.slice(0, beforeDate)
  const date = text.slice(beforeDate + 1, beforeRegion)
  const region = text.slice(beforeRegion + 1, beforeService)
  const service = text.slice(beforeService + 1, beforeTerminal)
  const terminal = text.slice(beforeTerminal + 1)
  if (accessKeyId === '') throw malformed('a non-empty Access Key (AKID) must be provided in the credential.')
  if (accessKeyId.length > accessKeyIdSizeMax) throw unknownAccessKey(accessKeyId)
  if (date.length !== 8) {
    throw malformed(`incorrect date format "${date}". This date in the credential must be in the format "yyyyMMdd".`)
  }
  if (!options.regions.includes(region)) {
    const expected = options.regions[0] ?? ''
    throw malformed(`the region '${region}' is wrong; expecting '${expected}'`, {
      details: {
        Region: expected,
        Hint: `The request was signed for region "${region}"; set the client's region to "${expected}".`,
      },
      headers: { 'x-amz-bucket-region': expected },
    })
  }
  if (service !== 's3') throw malformed(`incorrect service "${service}". This endpoint belongs to "s3".`)
  if (terminal !== 'aws4_request') {
    throw malformed(`incorrect terminal "${terminal}". This endpoint uses "aws4_request".`)
  }
  return { accessKeyId, date, region, scope: text.slice(beforeDate + 1) }
}

export const unknownAccessKey = (accessKeyId: string): ApiError =>
  new ApiError('InvalidAccessKeyId', undefined, { details: { AWSAccessKeyId: accessKeyId } })

export const missingDate = (): ApiError =>
  new ApiError('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')

let lastTimestamp = ''
let lastTime = 0

/** x-amz-date, or else Date. The last one is remembered: requests of one second share it. */
function headerTime({ headers }: HttpRequest): { timestamp: string; time: number } {
  const timestamp = headers['x-amz-date']
  if (timestamp === undefined) {
    const time = headers['date'] === undefined ? undefined : parseTime(headers['date'])
    if (time === undefined) throw missingDate()
    return { timestamp: basicTime(time), time }
  }
  if (timestamp !== lastTimestamp) {
    const time = parseBasicTime(timestamp)
    if (time === undefined) throw missingDate()
    lastTimestamp = timestamp
    lastTime = time
  }
  return { timestamp, time: lastTime }
}

/**
 * Every x-amz-* header must be signed, or whoever holds a signed request could add one (CVE-2026-115374), and so must `host`. As with
 * AWS, x-amz-content-sha256 of a header-signed request need not be listed: it is the canonical request's last line anyway.
 */
function checkSigned({ headers }: HttpRequest, signed: SignedHeaders, method: V4Claim['method']): void {
  if (!signed.has('host')) throw notSigned('AccessDenied', 'host')
  let unsigned: string[] | undefined
  for (const name in headers) {
    if (name.charCodeAt(0) !== 0x78 || !name.startsWith('x-amz-') || signed.has(name)) continue
    if (name === 'x-amz-content-sha256' && method === 'v4-header') continue
    unsigned ??= []
    unsigned.push(name)
  }
  if (unsigned !== undefined) throw notSigned('HeadersNotSigned', unsigned.join(', '))
}

const notSigned = (code: 'AccessDenied' | 'HeadersNotSigned', names: string): ApiError =>
  new ApiError(code, 'There were headers present in the request which were not signed', {
    details: { HeadersNotSigned: names },
  })

/** The parameters that authenticate, each at most once. */
function authenticationParameters(query: Query): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of query.parameters) {
    // Clients spell this one in several ways.
    const isHash = name.length === 20 && name.toLowerCase() === 'x-amz-content-sha256'
    if (!isHash && !name.startsWith('X-Amz-')) continue
    const canonical = isHash ? 'X-Amz-Content-Sha256' : name
    if (found.has(canonical)) throw malformedQuery(`The parameter ${name} must be given only once.`)
    found.set(canonical, value)
  }
  return found
}

function expiresSeconds(text: string, { rules }: ClaimOptions): number {
  const seconds = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (seconds >= 1 && seconds <= expiresMaxSeconds) return seconds
  const why = /^-\d+$/.test(text)
    ? 'X-Amz-Expires must be non-negative'
    : Number.isNaN(seconds)
      ? 'X-Amz-Expires should be a number'
      : seconds < 1
        ? 'X-Amz-Expires must be at least 1 second'
        : `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${expiresMaxSeconds} seconds`
  const denies = rules?.toggles('')['presign.expiresOutOfRange'] === 403
  throw denies ? new ApiError('AccessDenied', why) : malformedQuery(why)
}

/** From its date (less the skew, for a signer whose clock is ahead) until X-Amz-Expires after it. */
function checkValidity(time: number, seconds: number, { clock, skewSeconds }: ClaimOptions): void {
  const now = clock.now()
  const end = time + seconds * 1000
  if (time - now > skewSeconds * 1000) {
    throw new ApiError('AccessDenied', 'Request is not yet valid', {
      details: { 'X-Amz-Date': String(time), Expires: errorTime(end), ServerTime: errorTime(now) },
    })
  }
  if (now > end) {
    throw new ApiError('AccessDenied', 'Request has expired', {
      details: { 'X-Amz-Expires': String(seconds), Expires: errorTime(end), ServerTime: errorTime(now) },
    })
  }
}
