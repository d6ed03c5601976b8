/** Why delivery refused a request: which of its checks failed, what the token says, and what was asked. Asked for when the request is over; the token itself is in none of it. */
import { ApiError } from '../base/errors.ts'
import type { HttpRequest } from '../http/message.ts'
import { checksTo, type Difference, type Explanation, type Failure } from '../http/refused.ts'
import type { Bucket } from '../objects/bucket.ts'
import { deliveryOf } from '../objects/delivery-settings.ts'
import type { FoundToken } from './find-token.ts'
import { Refusal } from './refuse.ts'
import { parseStrictJson, type JsonObject } from './strict-json.ts'
import { TokenRefused, type RefusalReason } from './token-gate.ts'

/** What was known of the request when it was refused. */
export interface Visited {
  readonly bucket: Bucket | undefined
  /** One that is there, and was not shown. */
  readonly hidden: Bucket | undefined
  readonly key: string | undefined
  readonly found: FoundToken | undefined
}

const checks = [
  ...(['host', 'bucket', 'transport', 'method'] as const),
  ...(['token', 'token form', 'signing key', 'token signature', 'token claims', 'token times', 'token uri'] as const),
  ...(['token method', 'token address', 'token referrer', 'token country', 'token revocation'] as const),
  'object',
] as const
type CheckName = (typeof checks)[number]

export function explainRefusal(error: unknown, request: HttpRequest, visited: Visited): Explanation {
  if (error instanceof TokenRefused) return explainToken(error, request, visited)
  const { hidden } = visited
  const [name, advice] = failed(error, visited)
  const detail = error instanceof Refusal || error instanceof ApiError ? error.message : ''
  const explained = explanation({ name, detail: hidden === undefined ? detail : whyHidden(hidden) }, advice)
  return hidden === undefined ? explained : { ...explained, bucket: { name: hidden.name, accountId: hidden.accountId } }
}

function explanation(
  failure: Failure,
  advice: readonly string[],
  differences: readonly Difference[] = [],
): Explanation {
  return { checks: checksTo(checks, failure), differences, advice: advice.map((text) => ({ text })) }
}

const whyHidden = (bucket: Bucket): string =>
  deliveryOf(bucket).enabled
    ? 'The bucket is there, but not under this host: it is in another region, or the domain is for another bucket.'
    : 'The bucket is there, but its delivery is switched off.'

function failed(error: unknown, { hidden, bucket }: Visited): readonly [CheckName, readonly string[]] {
  const code = error instanceof Refusal || error instanceof ApiError ? error.code : ''
  if (code === 'NoSuchSite')
    return [
      'host',
      ['Nothing is delivered from this host: see deliveryDomains, and the custom domains of the account.'],
    ]
  if (bucket === undefined) {
    const isOff = hidden !== undefined && !deliveryOf(hidden).enabled
    return [
      'bucket',
      isOff
        ? ['Switch on the delivery of the bucket (delivery_enabled).']
        : ['Look for a mistake in the host or in the name of the bucket.'],
    ]
  }
  if (code === 'InsecureTransport' || code === 'SecureRedirect') return ['transport', ['Ask by HTTPS.']]
  if (code === 'MethodNotAllowed') return ['method', ['Delivery is for GET and HEAD.']]
  return ['object', code === 'AccessDenied' ? ['Read it by S3, with its key.'] : []]
}

const checkOf: Readonly<Record<RefusalReason, CheckName>> = {
  missing: 'token',
  malformed: 'token form',
  algorithm: 'token form',
  'unknown-key': 'signing key',
  signature: 'token signature',
  expired: 'token times',
  'not-yet-valid': 'token times',
  uri: 'token uri',
  method: 'token method',
  address: 'token address',
  referrer: 'token referrer',
  country: 'token country',
  revoked: 'token revocation',
}

const adviceOn: Readonly<Record<RefusalReason, string>> = {
  missing: 'Give a signed URL, or let everyone read the bucket (policy public).',
  malformed: 'See docs/tokens.md for what a token is.',
  algorithm: 'Sign the token with RS256.',
  'unknown-key': "Sign with one of this bucket's signing keys, and name it in the header's kid.",
  signature: 'Sign with the private key that belongs to the kid; the token may also have been cut or changed.',
  expired: 'Make a new link, or let it be valid for longer (exp).',
  'not-yet-valid': 'Wait, or set the clock of the one who signs right (nbf).',
  uri: "Let the token's uri name the object, or a folder above it.",
  method: 'Let the token name the method (methods).',
  address: "Let the token's ip cover the client's address; behind a proxy, name it in trustedProxies.",
  referrer: "Let the token's referer name the page's host; '' is for clients that send none.",
  country:
    "Let the token's country name the client's; the header that tells it comes from a trusted proxy (countryHeader).",
  revoked: 'Make a new link with another jti.',
}

function explainToken({ reason, message }: TokenRefused, request: HttpRequest, visited: Visited): Explanation {
  const { key = '', found } = visited
  const header = found === undefined ? undefined : partOf(found.token, 0)
  const claims = found === undefined ? undefined : partOf(found.token, 1)
  const isClaim = reason === 'malformed' && /claim|payload/.test(message)
  const said = saidBy(header, claims)
  const detail = said === '' ? message : `${message} The token says: ${said}.`
  const name = isClaim ? 'token claims' : checkOf[reason]
  return explanation({ name, detail }, [adviceOn[reason]], differencesOf(reason, { header, claims, request, key }))
}

interface Told {
  readonly header: JsonObject | undefined
  readonly claims: JsonObject | undefined
  readonly request: HttpRequest
  readonly key: string
}

type Held = readonly [name: string, expected: (told: Told) => string]

/** The claim that was held against something, and what that is. */
const heldAgainst: Readonly<Partial<Record<RefusalReason, Held>>> = {
  algorithm: ['alg', () => 'RS256'],
  'unknown-key': ['kid', () => 'a signing key of the bucket'],
  expired: ['exp', () => 'a time to come'],
  'not-yet-valid': ['nbf', () => 'a time past'],
  uri: ['uri', ({ key }) => key],
  method: ['methods', ({ request }) => request.method],
  address: ['ip', ({ request }) => request.remoteAddress],
  referrer: ['referer', ({ request: { headers } }) => hostOf(headers['referer'] ?? headers['origin'])],
  country: ['country', () => "the client's country"],
}

/** `sent` is what the token says, `expected` what it was held against. */
function differencesOf(reason: RefusalReason, told: Told): readonly Difference[] {
  const [name, expected] = heldAgainst[reason] ?? []
  if (name === undefined || expected === undefined) return []
  const part = name === 'alg' || name === 'kid' ? told.header : told.claims
  return [{ name, sent: show(part, name), expected: expected(told) }]
}

const hostOf = (url: string | undefined): string =>
  url === undefined ? 'none was sent' : (URL.parse(url)?.hostname ?? 'no URL')

/** The claims that are known here; others may say anything of anybody. */
const shownClaims = ['uri', 'exp', 'nbf', 'jti', 'ip', 'referer', 'country', 'methods', 'rate'] as const

function saidBy(header: JsonObject | undefined, claims: JsonObject | undefined): string {
  const parts = ['kid', 'alg'].filter((name) => header !== undefined && Object.hasOwn(header, name))
  const told = parts.map((name) => `${name} ${show(header, name)}`)
  for (const name of shownClaims) {
    if (claims !== undefined && Object.hasOwn(claims, name)) told.push(`${name} ${show(claims, name)}`)
  }
  return told.join(', ')
}

const shownLengthMax = 200

function show(part: JsonObject | undefined, name: string): string {
  if (part === undefined || !Object.hasOwn(part, name)) return 'absent'
  const value = part[name]
  const text = isTime(name, value)
    ? `${value} (${new Date(value * 1000).toISOString().slice(0, 19)}Z)`
    : JSON.stringify(value)
  return text.replace(/\p{C}/gu, '\uFFFD').slice(0, shownLengthMax).toWellFormed()
}

const isTime = (name: string, value: unknown): value is number =>
  (name === 'exp' || name === 'nbf') && typeof value === 'number' && Math.abs(value) < 8.64e12

const partLengthMax = 8192

/** The header or the payload of a token, whether it was verified or not. */
function partOf(token: string, index: 0 | 1): JsonObject | undefined {
  const part = token.split('.', 3)[index]
  return part === undefined || part.length > partLengthMax ? undefined : parseStrictJson(Buffer.from(part, 'base64url'))
}
