/** Which bucket and key a request is about, by its host and its target, in virtual-hosted or in path style. */
import { ApiError } from '../base/errors.ts'
import { decodeOnce, keyOfPath } from '../objects/key-of-path.ts'

export interface Address {
  /** Not checked: it may be no bucket's name. */
  readonly bucket: string | undefined
  /** Percent-decoded once; at most 1,024 bytes of UTF-8. */
  readonly key: string | undefined
  readonly style: 'virtual-hosted' | 'path'
  /** The endpoint's domain that the host is, or is under; undefined for another host. */
  readonly domain: string | undefined
}

/**
 * `host` is the value of the Host header, `rawPath` the target's path as sent (origin-form, or absolute-form for the same host), `domains`
 * the hosts of the endpoints in lower case, without ports. On another host, path style. Nothing in a path is resolved: `..`, `//` and
 * `%2F` are parts of the key. Throws InvalidURI for a broken escape, invalid UTF-8, NUL or an empty bucket; KeyTooLongError.
 */
export function addressOf(host: string, rawPath: string, domains: readonly string[]): Address {
  const path = rawPath.startsWith('/') ? rawPath : originForm(rawPath, host)
  const hostname = hostnameOf(host)
  const domain = domainOf(hostname, domains)
  if (domain !== undefined && domain.length < hostname.length) {
    const bucket = hostname.slice(0, -domain.length - 1)
    return { bucket, key: path.length === 1 ? undefined : keyOfPath(path.slice(1)), style: 'virtual-hosted', domain }
  }
  if (path.length === 1) return { bucket: undefined, key: undefined, style: 'path', domain }
  const slash = path.indexOf('/', 1)
  const segment = slash < 0 ? path.slice(1) : path.slice(1, slash)
  if (segment === '') throw new ApiError('InvalidURI')
  const rest = slash < 0 ? '' : path.slice(slash + 1)
  return { bucket: decodeOnce(segment), key: rest === '' ? undefined : keyOfPath(rest), style: 'path', domain }
}

/** The host itself, or the longest domain that it is under; undefined for other hosts. */
export function domainOf(hostname: string, domains: readonly string[]): string | undefined {
  let longest: string | undefined
  for (const domain of domains) {
    if (hostname === domain) return domain
    const fits =
      hostname.length > domain.length + 1 &&
      hostname.endsWith(domain) &&
      hostname[hostname.length - domain.length - 1] === '.'
    if (fits && (longest === undefined || domain.length > longest.length)) longest = domain
  }
  return longest
}

/** In lower case, without the port and without the dot that a fully qualified name may end with. */
export function hostnameOf(host: string): string {
  const colon = host.startsWith('[') ? host.indexOf(':', host.indexOf(']')) : host.indexOf(':')
  const name = (colon < 0 ? host : host.slice(0, colon)).toLowerCase()
  return name.endsWith('.') ? name.slice(0, -1) : name
}

/** RFC 9112 3.2.2: a server takes the absolute form too; here only for the host that the Host header names. */
function originForm(target: string, host: string): string {
  const match = /^https?:\/\/([^/?#]+)(\/.*)?$/is.exec(target)
  if (match === null || match[1]!.toLowerCase() !== host.toLowerCase()) throw new ApiError('InvalidURI')
  return match[2] ?? '/'
}
