/** Where a request carries its token: in the query, in the path, in a cookie; the first of these that has one counts. */
import { decodedOrSent } from './address.ts'

export interface FoundToken {
  readonly token: string
  readonly by: 'query' | 'path' | 'cookie'
}

/** `query` and `cookie` as sent. An empty token is none. */
export function findToken(
  query: string,
  pathToken: string | undefined,
  cookie: string | undefined,
): FoundToken | undefined {
  const inQuery = query === '' ? undefined : parameterOf(query, 'auth')
  if (inQuery !== undefined && inQuery !== '') return { token: inQuery, by: 'query' }
  if (pathToken !== undefined && pathToken !== '') return { token: pathToken, by: 'path' }
  const inCookie = cookie === undefined ? undefined : cookieOf(cookie)
  return inCookie === undefined || inCookie === '' ? undefined : { token: inCookie, by: 'cookie' }
}

/** The first value of the name in a query, decoded where it can be; undefined where the name is not there. */
export function parameterOf(query: string, name: string): string | undefined {
  let at = 0
  while (at < query.length) {
    const ampersand = query.indexOf('&', at)
    const end = ampersand < 0 ? query.length : ampersand
    if (query.startsWith(name, at) && query.charCodeAt(at + name.length) === 0x3d /* = */)
      return decodedOrSent(query.slice(at + name.length + 1, end))
    at = end + 1
  }
  return undefined
}

/** The first cookie called `auth`: of several, browsers send that of the longest path first (RFC 6265 5.4). */
function cookieOf(header: string): string | undefined {
  let at = 0
  while (at < header.length) {
    while (header.charCodeAt(at) === 0x20 /* space */) at++
    const semicolon = header.indexOf(';', at)
    const end = semicolon < 0 ? header.length : semicolon
    if (header.startsWith('auth=', at)) return header.slice(at + 5, end).trim()
    at = end + 1
  }
  return undefined
}
