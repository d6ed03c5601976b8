/** `/health/live` and `/health/ready`, which load balancers and supervisors ask. */
import type { HttpRequest, HttpResponse } from '../http/message.ts'

export interface Health {
  /** Why no requests should come here now, in a word or two: `stopping`. Undefined when they may. */
  unready(): string | undefined
}

/**
 * Answers a request to the admin listener. Live: the process answers at all. Ready: it may be given requests, else 503. Anything else
 * is 404.
 */
export function answerHealth(health: Health, { method, path }: Pick<HttpRequest, 'method' | 'path'>): HttpResponse {
  if (path !== '/health/live' && path !== '/health/ready') {
    return answer(method, 404, { status: 'not found', see: ['/health/live', '/health/ready'] })
  }
  if (method !== 'GET' && method !== 'HEAD')
    return answer(method, 405, { status: 'method not allowed' }, ['Allow', 'GET, HEAD'])
  const reason = path === '/health/ready' ? health.unready() : undefined
  return reason === undefined ? answer(method, 200, { status: 'ok' }) : answer(method, 503, { status: reason })
}

function answer(method: string, status: number, content: object, headers: readonly string[] = []): HttpResponse {
  const text = `${JSON.stringify(content)}\n`
  return {
    status,
    headers: [
      'Content-Type',
      'application/json',
      'Content-Length',
      String(Buffer.byteLength(text)),
      'Cache-Control',
      'no-store',
      ...headers,
    ],
    body: method === 'HEAD' ? undefined : text,
  }
}
