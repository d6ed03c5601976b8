/** Whether a request may come by plain HTTP, by the toggle `http`. */
import { ApiError } from '../base/errors.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Query } from '../http/query.ts'
import type { Toggles } from '../objects/profile.ts'

/**
 * Throws, for a request that did not come by TLS and may not: TemporaryRedirect to HTTPS for a presigned GET or HEAD where the toggle says so,
 * else InsecureTransport. `plaintextAllowed` is the operator's word that the network is trusted.
 */
export function refuseTransport(
  { http }: Toggles,
  request: HttpRequest,
  query: Query,
  plaintextAllowed: boolean,
): void {
  if (request.secure || http === 'allow') return
  if (http === 'local' && (plaintextAllowed || isThisMachine(request.remoteAddress))) return
  if (http !== 'deny' && isPresignedRead(request, query)) {
    throw secureRedirect(request)
  }
  throw new ApiError('InsecureTransport')
}

const isThisMachine = (address: string): boolean =>
  address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')

const isPresignedRead = ({ method }: HttpRequest, query: Query): boolean =>
  (method === 'GET' || method === 'HEAD') && (query.has('X-Amz-Signature') || query.has('Signature'))

/** HTTPS is on its own port, whatever that of plain HTTP is. */
function secureRedirect({ host, forwarded, path, query }: HttpRequest): ApiError {
  const name = (forwarded.host ?? host).replace(/:\d+$/, '')
  const location = `https://${name}${forwarded.prefix ?? ''}${path}${query === '' ? '' : `?${query}`}`
  return new ApiError('TemporaryRedirect', undefined, { details: { Endpoint: name }, headers: { Location: location } })
}
