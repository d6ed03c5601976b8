/** Whether a request is what its token's claims ask for; asked again for each request, whether the token was seen before or not. */
import type { HttpRequest } from '../http/message.ts'
import type { Claims } from './token-claims.ts'
import { TokenRefused, type Asked } from './token-gate.ts'
import { isAmbiguous, opens } from './token-uri.ts'

/** What does not come from the request or the token. */
export interface Surroundings {
  readonly nowMs: number
  readonly leewayMs: number
  /** Whether tokens for the whole bucket are refused. */
  readonly uriRequired: boolean
  /** The country that a trusted proxy says the client is in; undefined where none does. */
  readonly countryOf: (request: HttpRequest) => string | undefined
}

/** Throws TokenRefused. */
export function holdAgainst(claims: Claims, asked: Asked, surroundings: Surroundings): void {
  checkTimes(claims, surroundings)
  checkUri(claims, asked, surroundings.uriRequired)
  const { request } = asked
  const { methods, isAddress, referrers, countries } = claims
  if (methods !== undefined && !methods.includes(request.method)) {
    throw new TokenRefused('method', `The token is not for ${request.method === 'HEAD' ? 'HEAD' : 'this method'}.`)
  }
  if (isAddress !== undefined && !isAddress(request.remoteAddress)) {
    throw new TokenRefused('address', 'The token is for another network address.')
  }
  if (referrers !== undefined) checkReferrer(referrers, request)
  if (countries !== undefined) {
    const country = surroundings.countryOf(request)
    if (country === undefined || !countries.includes(country.toUpperCase())) {
      throw new TokenRefused('country', 'The token is not for the country that the request comes from.')
    }
  }
}

/** A token is refused at the second that `exp` says (RFC 7519 4.1.4), give or take the leeway. */
function checkTimes({ expiresMs, notBeforeMs }: Claims, { nowMs, leewayMs }: Surroundings): void {
  if (nowMs >= expiresMs + leewayMs) throw new TokenRefused('expired', `The token expired at ${iso(expiresMs)}.`)
  if (nowMs + leewayMs < notBeforeMs) {
    throw new TokenRefused('not-yet-valid', `The token is not valid before ${iso(notBeforeMs)}.`)
  }
}

function checkUri({ uri }: Claims, { key, request }: Asked, uriRequired: boolean): void {
  if (uri === '' && uriRequired) {
    throw new TokenRefused('uri', 'The token names no uri, and this bucket asks for one.')
  }
  if (opens(uri, key, request.path)) return
  if (isAmbiguous(key, request.path)) {
    const what = 'A token of a directory opens no path with dot segments, backslashes or encoded slashes.'
    throw new TokenRefused('uri', what)
  }
  throw new TokenRefused('uri', `The token opens /${shown(uri)}, not /${shown(key)}.`)
}

function checkReferrer(referrers: readonly string[], { headers }: HttpRequest): void {
  const said = headers['referer'] ?? headers['origin']
  if (said === undefined || said === '') {
    if (referrers.includes('')) return
    throw new TokenRefused(
      'referrer',
      'The token is for links on certain sites, and the request does not say where it comes from.',
    )
  }
  const host = URL.parse(said)?.hostname ?? ''
  if (host !== '' && referrers.some((pattern) => isHost(pattern, host))) return
  throw new TokenRefused('referrer', 'The token is for links on other sites.')
}

/** `*.example.com` is every host under it, and not itself. */
const isHost = (pattern: string, host: string): boolean =>
  pattern.startsWith('*.') ? host.length >= pattern.length && host.endsWith(pattern.slice(1)) : pattern === host

/** `2026-11-20T12:00:00Z`. */
const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')

const shownLengthMax = 256

/** As a person may be shown it: of bounded length, and without what a terminal obeys. */
function shown(text: string): string {
  const plain = text.toWellFormed().replace(/\p{C}/gu, '\uFFFD')
  return plain.length > shownLengthMax ? `${plain.slice(0, shownLengthMax)}…` : plain
}
