/** Where plain HTTP is not served: the answer that sends a client to the same address over TLS. */
import { parseHost } from './hosts.ts'
import type { HttpRequest, HttpResponse } from './message.ts'

/**
 * 308 to `https://` with the host, path and query that the client asked for, as a trusted proxy tells them where there is one, and with
 * `httpsPort`, unless that is 443. For GET and HEAD alone: another request has sent its body and its credentials in the clear already, and
 * is refused with 403, so that its sender is told to ask over TLS at once the next time. 400 where the host is in doubt. Nothing of it is
 * cached or told to others, since a token may stand in the URL.
 */
export function redirectToHttps(request: HttpRequest, httpsPort = 443): HttpResponse {
  const { method, path, query, forwarded } = request
  const host = parseHost(forwarded.host ?? request.host)
  if (host === undefined) return plain(400, 'Bad Request\n')
  if (method !== 'GET' && method !== 'HEAD') return plain(403, 'HTTPS is required.\n')
  const name = host.name.includes(':') ? `[${host.name}]` : host.name
  const port = httpsPort === 443 ? '' : `:${httpsPort}`
  const question = query === '' ? '' : `?${query}`
  return {
    status: 308,
    headers: ['Location', `https://${name}${port}${forwarded.prefix ?? ''}${path}${question}`, ...unseen],
    body: undefined,
  }
}

const unseen = ['Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer']

const plain = (status: number, body: string): HttpResponse => ({
  status,
  headers: ['Content-Type', 'text/plain', ...unseen],
  body,
})
