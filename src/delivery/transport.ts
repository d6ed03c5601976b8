/** Whether a request may come by plain HTTP, by the toggle `http` of its bucket. */
import type { HttpRequest } from '../http/message.ts'
import type { Toggles } from '../objects/profile.ts'
import { Refusal } from './refuse.ts'

/**
 * Throws, for a request that did not come by TLS and may not, the Refusal that sends it to HTTPS, or that only refuses it. `plaintextAllowed`
 * is the operator's word that the network is trusted; `httpsPort` is where this server speaks TLS, if it does.
 */
export function refuseTransport(
  { http }: Toggles,
  request: HttpRequest,
  plaintextAllowed: boolean,
  httpsPort?: number,
): void {
  if (maySpeakPlainly(http, request, plaintextAllowed)) return
  if (http === 'deny')
    throw new Refusal(403, 'InsecureTransport', 'This is to be had over HTTPS only. Ask again with https://.')
  throw new Refusal(308, 'SecureRedirect', 'This is to be had over HTTPS.', [
    'location',
    secureLocation(request, httpsPort),
  ])
}

/** Whether a request that did not come by TLS may be served. */
export function maySpeakPlainly(
  http: Toggles['http'],
  { secure, remoteAddress }: Pick<HttpRequest, 'secure' | 'remoteAddress'>,
  plaintextAllowed: boolean,
): boolean {
  if (secure || http === 'allow') return true
  return http === 'local' && (plaintextAllowed || isThisMachine(remoteAddress))
}

const isThisMachine = (address: string): boolean =>
  address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')

/** HTTPS is on its own port, whatever that of plain HTTP is; behind a proxy, on the proxy's. */
function secureLocation({ host, forwarded, path, query }: HttpRequest, httpsPort = 443): string {
  const name = (forwarded.host ?? host).replace(/:\d*$/, '')
  const port = forwarded.host === undefined && httpsPort !== 443 ? `:${httpsPort}` : ''
  return `https://${name}${port}${forwarded.prefix ?? ''}${path}${query === '' ? '' : `?${query}`}`
}
