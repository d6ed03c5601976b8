/**
 * The origin that users' content is shown from in the console's pages. It is never the console's own: a page that somebody uploaded must not be
 * able to act as the one who looks at it.
 */
import { isIPv6 } from 'node:net'
import { parseHost } from './http/hosts.ts'
import type { Values } from './config.ts'

/** By what the console was asked for. */
export interface ConsoleRequest {
  /** As the Host header has it. */
  readonly host: string
  readonly secure: boolean
}

interface Surroundings {
  readonly settings: Pick<Values, 'contentUrl' | 'domains'>
  /** Of the plain delivery listener. */
  readonly deliveryPort: number
  /** The delivery host of `contentHostName`, which is no bucket's. */
  readonly keptHost: string
}

/**
 * As it is set; else the host kept for it, where the console was asked for by a name of the deployment; else the same host under delivery's port, which
 * is reached wherever the console is: by an address, through a tunnel. That port speaks no TLS, so that a page that came over TLS cannot use it; and
 * a policy for a page cannot name an IPv6 address (CSP3 2.3.1).
 */
export function contentOrigin({ host, secure }: ConsoleRequest, surroundings: Surroundings): string {
  const { settings, deliveryPort, keptHost } = surroundings
  if (settings.contentUrl !== undefined) return settings.contentUrl
  const name = parseHost(host)?.name
  const beside = name === undefined ? null : URL.parse(`http://${name}:${deliveryPort}`)
  const elsewhere = name === undefined || secure || isIPv6(name) || isUnder(name, settings.domains)
  // A host may be one that is no URL's: 1.2.3.4.5.
  return elsewhere || beside === null ? new URL(keptHost).origin : beside.origin
}

/** Any name resolves under `localhost` for some programs and not for others: only the console's own is taken for one of the deployment. */
const isUnder = (name: string, domains: readonly string[]): boolean =>
  domains.some((domain) => (domain === 'localhost' ? name === 'console.localhost' : name.endsWith(`.${domain}`)))
