/** `GET /metrics`, for those who may see it: by operation and status, and with `?buckets=1` or `?bucket=<name>` by bucket. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../base/secret.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { Query } from '../http/query.ts'
import type { Exposition, MetricsSnapshot, ShownBuckets } from './metrics.ts'

export interface MetricsSource {
  /** Asked for when metrics first are. */
  exposition(): Exposition | Promise<Exposition>
  /** Of all threads. */
  snapshots(): readonly MetricsSnapshot[] | Promise<readonly MetricsSnapshot[]>
  /** Whether the one who asks may see the metrics. */
  allows(request: HttpRequest): boolean | Promise<boolean>
  /** Where buckets are shown without being asked for. */
  readonly byBucket?: boolean
}

/** Answers 401 to those who may not. Throws InvalidURI for a query that is none. */
export async function answerMetrics(request: HttpRequest, source: MetricsSource): Promise<HttpResponse> {
  if (!(await source.allows(request))) return plain(401, 'Unauthorized', ['www-authenticate', 'Bearer realm="metrics"'])
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return plain(405, 'Method Not Allowed', ['allow', 'GET, HEAD'])
  const exposition = await source.exposition()
  const text = await exposition.render(await source.snapshots(), shownBy(Query.parse(request.query), source))
  const headers = ['content-type', exposition.contentType, 'content-length', String(Buffer.byteLength(text))]
  return {
    status: 200,
    headers: [...headers, 'cache-control', 'no-store'],
    body: request.method === 'HEAD' ? undefined : text,
  }
}

function shownBy(query: Query, { byBucket = false }: MetricsSource): ShownBuckets {
  const name = query.get('bucket')
  if (name !== undefined) return { buckets: { name } }
  const asked = query.get('buckets')
  return (asked ?? (byBucket ? '1' : '0')) === '1' ? { buckets: 'all' } : {}
}

function plain(status: number, text: string, headers: readonly string[]): HttpResponse {
  return { status, headers: ['content-type', 'text/plain', 'cache-control', 'no-store', ...headers], body: `${text}\n` }
}

/** Whether a request bears the token, as `Authorization: Bearer <token>` (RFC 6750 2.1). Takes the same time for any wrong one. */
export function bearsToken({ headers }: Pick<HttpRequest, 'headers'>, token: Secret): boolean {
  const [, borne] = /^bearer +(\S+) *$/i.exec(headers['authorization'] ?? '') ?? []
  if (borne === undefined) return false
  return timingSafeEqual(digest(borne), digest(token.reveal()))
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
