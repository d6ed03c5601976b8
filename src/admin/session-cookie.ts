/** The cookie that a session of the console travels in (RFC 6265bis 4.1.3): no script reads it, no other site sends it. */
import type { HttpRequest } from '../http/message.ts'

/** Over TLS the name binds the cookie to this very host. */
const nameOf = (secure: boolean): string => (secure ? '__Host-entrepot-session' : 'entrepot-session')

/** The session's token, where the request carries one. */
export function sessionTokenOf({ headers, secure }: Pick<HttpRequest, 'headers' | 'secure'>): string | undefined {
  const name = nameOf(secure)
  for (const pair of headers['cookie']?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}

export const sessionCookie = (token: string, secure: boolean, maxAgeSeconds: number): string =>
  `${nameOf(secure)}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure ? '; Secure' : ''}`

/** Takes it back. */
export const noSessionCookie = (secure: boolean): string => sessionCookie('', secure, 0)
