// The bench's own SigV4 signer (AWS "Signature Version 4", header form), independent of the server's so that neither hides the other's fault.

import { createHmac, hash } from 'node:crypto'

/** Who signs, for which region. */
export interface Signer {
  accessKey: string
  secretKey: string
  region: string
}

/** A request before it is signed. `path` is already percent-encoded; `query` and header values are not. */
export interface UnsignedRequest {
  method: string
  path: string
  query?: ReadonlyArray<readonly [string, string]>
  headers?: Readonly<Record<string, string>>
  /** Lower-case hex SHA-256 of the body, or UNSIGNED-PAYLOAD. */
  payloadHash: string
}

/** The request target and all headers of a signed request, `host` among them. */
export interface SignedRequest {
  target: string
  headers: Record<string, string>
}

export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Signs all headers given, `host`, `x-amz-date` and `x-amz-content-sha256`. `now` is when the 15 minutes of the signature start. */
export function sign(request: UnsignedRequest, host: string, signer: Signer | undefined, now: Date): SignedRequest {
  const query = canonicalQuery(request.query ?? [])
  const target = query === '' ? request.path : `${request.path}?${query}`
  const headers: Record<string, string> = { host }
  for (const name in request.headers) headers[name.toLowerCase()] = (request.headers[name] as string).trim()
  if (signer === undefined) return { target, headers }

  const timestamp = amzDate(now)
  headers['x-amz-content-sha256'] = request.payloadHash
  headers['x-amz-date'] = timestamp
  const names = Object.keys(headers).sort()
  let canonicalHeaders = ''
  for (const name of names) canonicalHeaders += `${name}:${headers[name]}\n`
  const signedHeaders = names.join(';')
  const canonical = `${request.method}\n${request.path}\n${query}\n${canonicalHeaders}\n${signedHeaders}\n${request.payloadHash}`
  const scope = `${timestamp.slice(0, 8)}/${signer.region}/s3/aws4_request`
  const stringToSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash('sha256', canonical, 'hex')}`
  const signature = createHmac('sha256', signingKey(signer, timestamp.slice(0, 8)))
    .update(stringToSign)
    .digest('hex')
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${signer.accessKey}/${scope},SignedHeaders=${signedHeaders},Signature=${signature}`
  return { target, headers }
}

/** The bytes of a signed request's head, for a raw socket. `contentLength` is left out when undefined (GET, HEAD, DELETE). */
export function requestHead(method: string, signed: SignedRequest, contentLength?: number): Buffer {
  let head = `${method} ${signed.target} HTTP/1.1\r\n`
  for (const name in signed.headers) head += `${name}: ${signed.headers[name]}\r\n`
  if (contentLength !== undefined) head += `content-length: ${contentLength}\r\n`
  return Buffer.from(`${head}\r\n`, 'latin1')
}

/** Percent-encodes one key as a path, leaving `/` alone (AWS's UriEncode with encodeSlash false). */
export function encodePath(key: string): string {
  return key.split('/').map(uriEncode).join('/')
}

/** AWS's UriEncode: everything but the unreserved characters of RFC 3986 §2.3, in upper-case hex. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function canonicalQuery(query: ReadonlyArray<readonly [string, string]>): string {
  const pairs = query.map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
  return pairs.sort().join('&')
}

function amzDate(now: Date): string {
  return now.toISOString().replaceAll('-', '').replaceAll(':', '').replace(/\.\d+/, '')
}

const keys = new Map<string, Buffer>()

/** The day's signing key, kept: deriving it costs four times what a signature does. */
function signingKey(signer: Signer, day: string): Buffer {
  const id = `${signer.secretKey} ${day} ${signer.region}`
  let key = keys.get(id)
  if (key === undefined) {
    key = Buffer.from(`AWS4${signer.secretKey}`)
    for (const part of [day, signer.region, 's3', 'aws4_request']) key = createHmac('sha256', key).update(part).digest()
    keys.set(id, key)
  }
  return key
}
