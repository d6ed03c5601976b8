/** What a token's payload says, understood once: a claim that we know and that is not of its type makes the token good for nothing. */
import { domainToASCII } from 'node:url'
import { jtiLengthMax } from '../access/revoke-token.ts'
import { createTrust } from '../http/forwarded.ts'
import { parseStrictJson, type JsonObject } from './strict-json.ts'
import { TokenRefused, type Grant } from './token-gate.ts'
import { normalUri } from './token-uri.ts'

/** What the request has to be; what is undefined may be anything. */
export interface Claims {
  /** What is answered when all of it holds. */
  readonly grant: Grant
  /** Milliseconds since 1970; -Infinity where there is none. */
  readonly notBeforeMs: number
  /** Milliseconds since 1970; Infinity where there is none. */
  readonly expiresMs: number
  readonly jti: string | undefined
  /** Only for the bucket's keys that this opens, as `normalUri` gives it. */
  readonly uri: string
  readonly isAddress: ((address: string) => boolean) | undefined
  /** Hosts in lower case and ASCII, `*.` before those whose subdomains are meant; '' for a request that says none. */
  readonly referrers: readonly string[] | undefined
  /** In upper case. */
  readonly countries: readonly string[] | undefined
  readonly methods: readonly string[] | undefined
}

/** Throws TokenRefused, `malformed`. The signature is verified. */
export function readClaims(payload: Uint8Array): Claims {
  const claims = parseStrictJson(payload)
  if (claims === undefined) throw new TokenRefused('malformed', "The token's payload is not a JSON object.")
  const uri = normalUri(uriOf(claims))
  const [expiresMs, notBeforeMs] = [timeOf(claims, 'exp'), timeOf(claims, 'nbf')]
  return {
    grant: { expiresMs, rate: rateOf(claims), uri, claims: Object.freeze(claims) },
    notBeforeMs: notBeforeMs ?? -Infinity,
    expiresMs: expiresMs ?? Infinity,
    jti: jtiOf(claims),
    uri,
    isAddress: addressesOf(claims),
    referrers: textsOf(claims, 'referer')?.map(hostPattern),
    countries: textsOf(claims, 'country')?.map(countryCode),
    methods: textsOf(claims, 'methods')?.map(method),
  }
}

/** Names that every object has are not claims. */
const claim = (claims: JsonObject, name: string): unknown => (Object.hasOwn(claims, name) ? claims[name] : undefined)

const wrong = (name: string, what: string): TokenRefused =>
  new TokenRefused('malformed', `The token's claim ${name} must be ${what}.`)

function uriOf(claims: JsonObject): string {
  const uri = claim(claims, 'uri') ?? (Object.hasOwn(claims, 'uri') ? null : '')
  if (typeof uri !== 'string') throw wrong('uri', 'a text')
  return uri
}

const numericText = /^-?\d{1,17}(?:\.\d{1,9})?$/
/** The last that a Date can say (ECMA-262 21.4.1.1). */
const timeMax = 8.64e15

/** NumericDate (RFC 7519 2), in seconds since 1970, or the same as a text; in milliseconds. */
function timeOf(claims: JsonObject, name: 'exp' | 'nbf'): number | undefined {
  const value = claim(claims, name)
  if (value === undefined) return undefined
  const seconds = typeof value === 'string' && numericText.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) {
    throw wrong(name, 'a number of seconds since 1970, or the same as a text')
  }
  return Math.min(Math.max(seconds * 1000, -timeMax), timeMax)
}

function rateOf(claims: JsonObject): number | undefined {
  const rate = claim(claims, 'rate')
  if (rate === undefined) return undefined
  if (typeof rate !== 'number' || !Number.isFinite(rate) || rate < 1) {
    throw wrong('rate', 'a number of bytes a second, 1 or more')
  }
  return rate
}

function jtiOf(claims: JsonObject): string | undefined {
  const jti = claim(claims, 'jti')
  if (jti === undefined) return undefined
  if (typeof jti !== 'string' || jti === '' || Buffer.byteLength(jti) > jtiLengthMax) {
    throw wrong('jti', `a text of 1 to ${jtiLengthMax} bytes`)
  }
  return jti
}

/** How many addresses, hosts, countries or methods a token may list. */
const listLengthMax = 100

/** One text, or a list of them. An empty list is one that nothing is in. */
function textsOf(claims: JsonObject, name: string): readonly string[] | undefined {
  const value = claim(claims, name)
  if (value === undefined) return undefined
  const texts: unknown = typeof value === 'string' ? [value] : value
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string')) {
    throw wrong(name, 'a text or a list of texts')
  }
  if (texts.length > listLengthMax) throw wrong(name, `a list of at most ${listLengthMax}`)
  return texts
}

function addressesOf(claims: JsonObject): Claims['isAddress'] {
  const cidrs = textsOf(claims, 'ip')
  if (cidrs === undefined) return undefined
  try {
    return createTrust(cidrs)
  } catch {
    throw wrong('ip', 'addresses or CIDRs')
  }
}

function hostPattern(text: string): string {
  if (text === '') return ''
  const any = text.startsWith('*.') ? '*.' : ''
  // domainToASCII cuts off whatever follows a host in a URL.
  const host = /[/?#\\@:%\s]/.test(text) ? '' : domainToASCII(text.slice(any.length))
  if (!/^[a-z0-9._-]+$/.test(host)) throw wrong('referer', 'hosts, such as example.com or *.example.com')
  return any + host
}

function countryCode(text: string): string {
  if (!/^[A-Za-z0-9]{2}$/.test(text)) throw wrong('country', 'codes of two letters')
  return text.toUpperCase()
}

function method(text: string): string {
  if (text !== 'GET' && text !== 'HEAD') throw wrong('methods', 'GET, HEAD or both')
  return text
}
