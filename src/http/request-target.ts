/** The request target (RFC 9112 3.2): its origin-form, whatever form it came in. */
import { parseHost } from './hosts.ts'

/**
 * Path and query as sent. The absolute-form is taken only where its authority is the Host header's, so that no proxy and we can disagree on
 * whom a request is for. Undefined for all else: the asterisk-form, an authority, a fragment.
 */
export function originForm(target: string, host: string | undefined): string | undefined {
  if (target.includes('#')) return undefined
  if (target.charCodeAt(0) === 0x2f /* / */) return target
  const scheme = /^https?:\/\//i.exec(target)
  if (scheme === null || host === undefined) return undefined
  const rest = target.slice(scheme[0].length)
  const authorityEnd = rest.search(/[/?]/)
  const authority = authorityEnd < 0 ? rest : rest.slice(0, authorityEnd)
  const defaultPort = scheme[0].length === 8 ? 443 : 80
  if (!sameAuthority(authority, host, defaultPort)) return undefined
  if (authorityEnd < 0) return '/'
  return rest.charCodeAt(authorityEnd) === 0x3f /* ? */ ? '/' + rest.slice(authorityEnd) : rest.slice(authorityEnd)
}

function sameAuthority(one: string, other: string, defaultPort: number): boolean {
  const a = parseHost(one)
  const b = parseHost(other)
  return a !== undefined && b !== undefined && a.name === b.name && (a.port ?? defaultPort) === (b.port ?? defaultPort)
}
