/**
 * Signs requests for tests, by AWS Signature Version 4 (header, query, chunks) and 2 (header, query). It is written apart from the server's own
 * verifier, and gives back every piece, so that a test can tamper with each.
 */
import { createHash, createHmac } from 'node:crypto'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface Unsigned {
  readonly method: string
  /** As it goes on the wire: escaped, beginning with `/`. */
  readonly path: string
  /** As it goes on the wire, without the `?`. */
  readonly query: string
  /** With `host`; names in lower case; values as on the wire, a character a byte. */
  readonly headers: Readonly<Record<string, string>>
}

export interface SigningScope {
  readonly credentials: Credentials
  readonly region: string
  readonly date: Date
  readonly service?: string
  /** The value of x-amz-content-sha256. */
  readonly payload?: string
  /** Header names to sign; all of them where absent. */
  readonly signedHeaders?: readonly string[]
}

export interface Signature {
  readonly headers: Record<string, string>
  readonly query: string
  readonly signature: string
  readonly signingKey: Buffer
  readonly scope: string
  readonly amzDate: string
}

export const sha256Hex = (body: Uint8Array | string): string => createHash('sha256').update(body).digest('hex')
const hmac = (key: string | Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** RFC 3986 escaping as AWS wants it: everything but A-Z a-z 0-9 - . _ ~ */
export const escapeUri = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase())

/** A key as a path on the wire. */
export const escapeKey = (key: string): string => key.split('/').map(escapeUri).join('/')

export const amzDateOf = (date: Date): string => date.toISOString().replace(/[-:]|\.\d{3}/g, '')

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', ...rest] = part.split('=')
      return [escapeUri(decodeURIComponent(name)), escapeUri(decodeURIComponent(rest.join('=')))] as const
    })
    .sort((a, b) => (a[0] === b[0] ? (a[1] < b[1] ? -1 : 1) : a[0] < b[0] ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** SigV4: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function signature4(request: Unsigned, scope: SigningScope, payload: string, names: readonly string[]) {
  const amzDate = amzDateOf(scope.date)
  const scopeText = `${amzDate.slice(0, 8)}/${scope.region}/${scope.service ?? 's3'}/aws4_request`
  const canonicalHeaders = names.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`)
  const canonicalPath = escapeKey(decodeURIComponent(request.path))
  const canonicalRequest = [
    request.method,
    canonicalPath,
    canonicalQuery(request.query),
    canonicalHeaders.join(''),
    names.join(';'),
    payload,
  ].join('\n')
  const stringToSign = [
    'AWS4-HMAC-SHA256',
    amzDate,
    scopeText,
    sha256Hex(Buffer.from(canonicalRequest, 'latin1')),
  ].join('\n')
  const signingKey = [amzDate.slice(0, 8), scope.region, scope.service ?? 's3', 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from('AWS4' + scope.credentials.secretAccessKey),
  )
  return { signature: hmac(signingKey, stringToSign).toString('hex'), signingKey, scope: scopeText, amzDate }
}

/** Signs by the Authorization header. */
export function signHeader4(request: Unsigned, scope: SigningScope): Signature {
  const payload = scope.payload ?? sha256Hex('')
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-date': amzDateOf(scope.date),
    'x-amz-content-sha256': payload,
  }
  const names = [...(scope.signedHeaders ?? Object.keys(headers))].sort()
  const signed = signature4({ ...request, headers }, scope, payload, names)
  const credential = `${scope.credentials.accessKeyId}/${signed.scope}`
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signed.signature}`
  return { ...signed, headers, query: request.query }
}

/** Signs by the query, good for `expires` seconds. Only `host` is signed unless `signedHeaders` says more. */
export function signQuery4(request: Unsigned, scope: SigningScope, expires: string): Signature {
  const names = [...(scope.signedHeaders ?? ['host'])].sort()
  const amzDate = amzDateOf(scope.date)
  const credential = `${scope.credentials.accessKeyId}/${amzDate.slice(0, 8)}/${scope.region}/${scope.service ?? 's3'}/aws4_request`
  const query = [
    request.query,
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${escapeUri(credential)}`,
    `X-Amz-Date=${amzDate}`,
    `X-Amz-Expires=${escapeUri(expires)}`,
    `X-Amz-SignedHeaders=${escapeUri(names.join(';'))}`,
  ]
    .filter((part) => part !== '')
    .join('&')
  const signed = signature4({ ...request, query }, scope, scope.payload ?? 'UNSIGNED-PAYLOAD', names)
  return { ...signed, headers: { ...request.headers }, query: `${query}&X-Amz-Signature=${signed.signature}` }
}

/** What SigV2 signs of the query: https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html */
const subResources = new Set(
  (
    'acl cors delete lifecycle location logging notification partNumber policy requestPayment restore tagging torrent uploadId uploads ' +
    'versionId versioning versions website response-cache-control response-content-disposition response-content-encoding ' +
    'response-content-language response-content-type response-expires append compose force_delete'
  ).split(' '),
)

function signature2(request: Unsigned, secret: string, date: string): string {
  const amzHeaders = Object.keys(request.headers)
    .filter((name) => name.startsWith('x-amz-'))
    .sort()
    .map((name) => `${name}:${(request.headers[name] ?? '').trim()}\n`)
    .join('')
  const resources = request.query
    .split('&')
    .filter((part) => subResources.has(part.split('=')[0] ?? ''))
    .map((part) => decodeURIComponent(part))
    .sort()
    .join('&')
  const resource = request.path + (resources === '' ? '' : '?' + resources)
  const { 'content-md5': md5 = '', 'content-type': type = '' } = request.headers
  const text = [request.method, md5, type, date, amzHeaders + resource].join('\n')
  return createHmac('sha1', secret).update(text).digest('base64')
}

/** SigV2 by the Authorization header. `path` must begin with the bucket. */
export function signHeader2(
  request: Unsigned,
  scope: SigningScope,
): { headers: Record<string, string>; query: string } {
  const date = scope.date.toUTCString()
  const headers: Record<string, string> = { ...request.headers, date }
  const signature = signature2({ ...request, headers }, scope.credentials.secretAccessKey, date)
  headers['authorization'] = `AWS ${scope.credentials.accessKeyId}:${signature}`
  return { headers, query: request.query }
}

/** SigV2 by the query, good until `expires` (seconds since 1970). */
export function signQuery2(
  request: Unsigned,
  scope: SigningScope,
  expires: string,
): { headers: Record<string, string>; query: string } {
  const signature = signature2(request, scope.credentials.secretAccessKey, expires)
  const query = [
    request.query,
    `AWSAccessKeyId=${scope.credentials.accessKeyId}`,
    `Expires=${expires}`,
    `Signature=${escapeUri(signature)}`,
  ]
  return { headers: { ...request.headers }, query: query.filter((part) => part !== '').join('&') }
}

export interface ChunkOptions {
  /** Trailing headers, in order. */
  readonly trailers?: Readonly<Record<string, string>>
  /** Called with each chunk's signature (the last two are the empty chunk's and the trailer's); what it returns is sent. */
  readonly alter?: (signature: string, index: number) => string
}

/** Body in aws-chunked encoding with signed chunks: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
export function signedChunks(seed: Signature, chunks: readonly Uint8Array[], options: ChunkOptions = {}): Buffer {
  const alter = options.alter ?? ((signature: string) => signature)
  const prefix = (algorithm: string): string => `AWS4-HMAC-SHA256-${algorithm}\n${seed.amzDate}\n${seed.scope}\n`
  const pieces: (Uint8Array | string)[] = []
  let previous = seed.signature
  const all = [...chunks, Buffer.alloc(0)]
  for (const [index, chunk] of all.entries()) {
    const text = `${prefix('PAYLOAD')}${previous}\n${sha256Hex('')}\n${sha256Hex(chunk)}`
    previous = hmac(seed.signingKey, text).toString('hex')
    pieces.push(`${chunk.length.toString(16)};chunk-signature=${alter(previous, index)}\r\n`, chunk)
    if (chunk.length > 0) pieces.push('\r\n')
  }
  const trailers = Object.entries(options.trailers ?? {})
  if (trailers.length > 0) {
    const lines = trailers.map(([name, value]) => `${name}:${value}\n`).join('')
    const signature = hmac(seed.signingKey, `${prefix('TRAILER')}${previous}\n${sha256Hex(lines)}`).toString('hex')
    for (const [name, value] of trailers) pieces.push(`${name}:${value}\r\n`)
    pieces.push(`x-amz-trailer-signature:${alter(signature, all.length)}\r\n`)
  }
  pieces.push('\r\n')
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as Uint8Array)))
}

/** Body in aws-chunked encoding without signatures. */
export function unsignedChunks(chunks: readonly Uint8Array[], trailers: Readonly<Record<string, string>> = {}): Buffer {
  const pieces: Uint8Array[] = []
  for (const chunk of chunks) pieces.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}\r\n`)
  return Buffer.concat([...pieces, Buffer.from(`0\r\n${lines.join('')}\r\n`)])
}
