/**
 * The rules of a bucket's CORS configuration, and what they let a page of another origin do (Amazon S3 User Guide, "Using cross-origin resource
 * sharing"; https://fetch.spec.whatwg.org/#http-cors-protocol). The first rule that fits decides.
 */

/** A rule, as the bucket's record keeps it. Origins and headers have at most one `*` each, which stands for any text. */
export interface CorsRule {
  readonly id?: string | undefined
  readonly allowedOrigins: readonly string[]
  readonly allowedMethods: readonly string[]
  readonly allowedHeaders: readonly string[]
  readonly exposeHeaders: readonly string[]
  readonly maxAgeSeconds?: number | undefined
}

interface Shared {
  readonly cors?: readonly CorsRule[] | undefined
}

/** Of requests for which a bucket's rules decide, the answer depends on these. */
/** What answers of a bucket with a CORS configuration bear, whoever asks: caches tell origins apart. */
export const vary: readonly string[] = ['vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method']

/** More than any page asks for; the work grows with it. */
const requestedHeadersMax = 100

/**
 * The headers, name, value, name, value …, that an answer about a bucket carries for a request of this `Origin`: none where the bucket has no
 * CORS configuration, `Vary` alone where no rule fits. `requestedHeaders` is the value of Access-Control-Request-Headers.
 */
export function corsHeaders(bucket: Shared, origin: string, method: string, requestedHeaders?: string): string[] {
  if (bucket.cors === undefined) return []
  return preflightHeaders(bucket, origin, method, requestedHeaders) ?? [...vary]
}

/** The same for a preflight request; undefined where no rule fits. */
export function preflightHeaders(
  { cors = [] }: Shared,
  origin: string,
  method: string,
  requestedHeaders?: string,
): string[] | undefined {
  const requested = requestedHeaders === undefined ? [] : headerNames(requestedHeaders)
  if (requested.length > requestedHeadersMax) return undefined
  for (const rule of cors) {
    if (!rule.allowedMethods.includes(method)) continue
    const pattern = rule.allowedOrigins.find((allowed) => fits(allowed, origin))
    if (pattern === undefined || !allowsHeaders(rule, requested)) continue
    return headersOf(rule, pattern, origin, requested)
  }
  return undefined
}

function headersOf(rule: CorsRule, pattern: string, origin: string, requested: readonly string[]): string[] {
  const anyOrigin = pattern === '*'
  const headers = ['access-control-allow-origin', anyOrigin ? '*' : origin]
  // With credentials only for an origin that a rule names: for `*` browsers would refuse it, and rightly.
  if (!anyOrigin) headers.push('access-control-allow-credentials', 'true')
  headers.push('access-control-allow-methods', rule.allowedMethods.join(', '))
  if (requested.length > 0) headers.push('access-control-allow-headers', requested.join(', '))
  if (rule.exposeHeaders.length > 0) headers.push('access-control-expose-headers', rule.exposeHeaders.join(', '))
  if (rule.maxAgeSeconds !== undefined) headers.push('access-control-max-age', String(rule.maxAgeSeconds))
  headers.push(...vary)
  return headers
}

/** In lower case, as the names of headers are compared. */
function headerNames(list: string): string[] {
  const names = list.split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => name !== '')
}

function allowsHeaders({ allowedHeaders }: CorsRule, requested: readonly string[]): boolean {
  if (requested.length === 0) return true
  const patterns = allowedHeaders.map((pattern) => pattern.toLowerCase())
  return requested.every((name) => patterns.some((pattern) => fits(pattern, name)))
}

function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === text
  return (
    text.length >= pattern.length - 1 &&
    text.startsWith(pattern.slice(0, star)) &&
    text.endsWith(pattern.slice(star + 1))
  )
}
