// An S3 endpoint under load: where it is, who signs, and the making of its requests (path style).

import type { Connection, Target, WireRequest } from './connection.ts'
import { encodePath, requestHead, sign, UNSIGNED_PAYLOAD, type Signer } from './sign.ts'
import { hash } from 'node:crypto'

/** Bodies up to this size lie behind their head in one buffer: one write, no second system call. */
const INLINE_SIZE_MAX = 4096

export interface Endpoint extends Target {
  /** The Host header. */
  authority: string
  /** Undefined: requests go unsigned (nginx). */
  signer: Signer | undefined
  /** What each target ends with, of requests that are not signed: `?auth=…`. */
  suffix?: string
}

/** A request in S3's terms; `key` is not encoded. */
export interface S3Request {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD' | 'MOVE'
  bucket?: string
  key?: string
  query?: ReadonlyArray<readonly [string, string]>
  headers?: Readonly<Record<string, string>>
  body?: Buffer
  /** Lower-case hex SHA-256 of the body if it is to be signed; otherwise the payload is UNSIGNED-PAYLOAD. */
  payloadHash?: string
}

/** Reads `http://host:port`. Throws a plain sentence for anything else: the generator speaks plain HTTP only. */
export function parseEndpoint(url: string, signer: Signer | undefined): Endpoint {
  const parsed = new URL(url)
  if (parsed.protocol !== 'http:') throw new Error(`${url}: the generator speaks http only`)
  const port = parsed.port === '' ? 80 : Number(parsed.port)
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port, authority: parsed.host, signer }
}

/** Signs a request and lays it out for the wire. The signature is good for 15 minutes. */
export function wireRequest(endpoint: Endpoint, request: S3Request): WireRequest {
  const { method, body } = request
  const head = signedHead(endpoint, request, body?.length ?? (method === 'PUT' || method === 'POST' ? 0 : undefined))
  const bodyless = method === 'HEAD' ? { bodyless: true } : {}
  if (body === undefined || body.length === 0) return { bytes: head, ...bodyless }
  if (body.length <= INLINE_SIZE_MAX) return { bytes: Buffer.concat([head, body]), ...bodyless }
  return { bytes: head, body, ...bodyless }
}

/** The head alone, for a body that is streamed. */
export function signedHead(endpoint: Endpoint, request: S3Request, contentLength: number | undefined): Buffer {
  const { method, bucket, key, query, headers, payloadHash } = request
  const path = bucket === undefined ? '/' : key === undefined ? `/${bucket}` : `/${bucket}/${encodePath(key)}`
  const unsigned = {
    method,
    path,
    payloadHash: payloadHash ?? UNSIGNED_PAYLOAD,
    ...(query === undefined ? {} : { query }),
    ...(headers === undefined ? {} : { headers }),
  }
  const signed = sign(unsigned, endpoint.authority, endpoint.signer, new Date())
  const target = signed.target + (endpoint.suffix ?? '')
  return requestHead(method, { ...signed, target }, contentLength)
}

/** Lower-case hex SHA-256. */
export function sha256(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex')
}

/** An answer read whole. */
export interface Answer {
  status: number
  head: string
  body: Buffer
}

/** Makes one request on a connection and gathers its answer; status 0 when the connection broke. */
export async function call(endpoint: Endpoint, connection: Connection, request: S3Request): Promise<Answer> {
  const pieces: Buffer[] = []
  connection.freshen()
  connection.onBody = (bytes) => pieces.push(Buffer.from(bytes))
  connection.reader.keepHead = true
  const status = await new Promise<number>((resolve) => connection.send(wireRequest(endpoint, request), resolve))
  connection.onBody = undefined
  connection.reader.keepHead = false
  return { status, head: connection.reader.head, body: Buffer.concat(pieces) }
}

/** Like `call`, but throws with the server's own words unless the status is one of those awaited. */
export async function mustCall(
  endpoint: Endpoint,
  connection: Connection,
  request: S3Request,
  statuses: readonly number[] = [200, 204],
): Promise<Answer> {
  const answer = await call(endpoint, connection, request)
  if (statuses.includes(answer.status)) return answer
  const what = `${request.method} /${request.bucket ?? ''}/${request.key ?? ''}`
  const why = answer.status === 0 ? connection.fault : answer.body.toString('utf8').slice(0, 600)
  throw new Error(`${what} answered ${answer.status}: ${why}`)
}

/** One header of an answer's head, or undefined. */
export function headerOf(answer: Answer, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(.*?)\\r?$`, 'im').exec(answer.head)?.[1]
}
