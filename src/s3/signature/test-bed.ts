/** Requests for the tests of signatures, signed or not and without a socket, and an authenticator that knows AWS's documentation example key. */
import assert from 'node:assert/strict'
import { sha256Hex, signHeader2, signHeader4, signQuery2, signQuery4 } from '../../../test/harness/sign.ts'
import type { SigningScope, Unsigned } from '../../../test/harness/sign.ts'
import type { Credential } from '../../access/credential.ts'
import type { Clock } from '../../base/clock.ts'
import { ApiError } from '../../base/errors.ts'
import { systemRandom } from '../../base/random.ts'
import type { HttpRequest } from '../../http/message.ts'
import { Query } from '../../http/query.ts'
import { createAuthenticator } from './authenticate.ts'
import type { Authentication, Authenticator, AuthenticatorOptions } from './authenticate.ts'
import { openPayload } from './payload.ts'

/** The key of AWS's documentation. */
export const exampleCredential: Credential = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  accountId: '123456789012',
}

export const clockAt = (text: string): Clock => ({ now: () => Date.parse(text), monotonic: () => 0 })

/** Of `<bucket>.s3.example.com` and `<bucket>.s3.amazonaws.com`. */
export const bucketOfExampleHost = (host: string): string | undefined =>
  /^([a-z0-9.-]+)\.s3\.(?:example|amazonaws)\.com(?::\d+)?$/.exec(host)?.[1]

/** An authenticator at AWS's example time, 2013-05-24T00:00:00Z, all forms on. */
export const exampleAuthenticator = (options: Partial<AuthenticatorOptions> = {}): Authenticator =>
  createAuthenticator({
    findCredential: (id) => (id === exampleCredential.accessKeyId ? exampleCredential : undefined),
    clock: clockAt('2013-05-24T00:00:00Z'),
    regions: ['us-east-1'],
    publicHosts: [],
    publicPrefixes: [],
    v2: { header: true, query: true },
    bucketOfHost: bucketOfExampleHost,
    random: systemRandom,
    ...options,
  })

export interface RequestParts {
  readonly method?: string
  /** Path and query as on the wire. */
  readonly target: string
  /** Any case; `Host` among them. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body?: Uint8Array | string | Iterable<Uint8Array>
  readonly forwarded?: Partial<HttpRequest['forwarded']>
}

export function makeRequest({ method = 'GET', target, headers, body = '', forwarded = {} }: RequestParts): HttpRequest {
  const rawHeaders = Object.entries(headers).flatMap(([name, values]) =>
    (typeof values === 'string' ? [values] : values).flatMap((value) => [name, value]),
  )
  const joined: Record<string, string> = {}
  for (const [name, values] of Object.entries(headers)) {
    joined[name.toLowerCase()] = typeof values === 'string' ? values : values.join(', ')
  }
  const question = target.indexOf('?')
  const pieces = typeof body === 'string' ? [Buffer.from(body)] : body instanceof Uint8Array ? [body] : [...body]
  return {
    id: '0123456789ABCDEF',
    method,
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? '' : target.slice(question + 1),
    headers: joined,
    rawHeaders,
    host: joined['host'] ?? '',
    forwarded: { host: undefined, prefix: undefined, ...forwarded },
    secure: false,
    remoteAddress: '127.0.0.1',
    contentLength: pieces.reduce((size, piece) => size + piece.length, 0),
    body: streamOf(pieces),
    signal: new AbortController().signal,
  }
}

// eslint-disable-next-line typescript/require-await
async function* streamOf(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces
}

/** Authenticates as the server does. */
export async function authenticate(
  request: HttpRequest,
  authenticator: Authenticator = exampleAuthenticator(),
  bucket?: string,
): Promise<Authentication> {
  return authenticator.authenticate(request, Query.parse(request.query), bucket)
}

/** Authenticates and reads the content. */
export async function receive(
  request: HttpRequest,
  authenticator?: Authenticator,
  bucket?: string,
): Promise<{ content: Buffer; trailers: Readonly<Record<string, string>> }> {
  const payload = openPayload(await authenticate(request, authenticator, bucket), request)
  const pieces: Uint8Array[] = []
  for await (const piece of payload.body) pieces.push(piece)
  return { content: Buffer.concat(pieces), trailers: payload.trailers() }
}

export const emptyHash = sha256Hex('')
/** AWS's example time. */
export const date = new Date('2013-05-24T00:00:00Z')
export const scope: SigningScope = {
  credentials: { accessKeyId: exampleCredential.accessKeyId, secretAccessKey: exampleCredential.secret },
  region: 'us-east-1',
  date,
}
export const plain: Unsigned = { method: 'GET', path: '/photos/a', query: '', headers: { host: 's3.example.com:9000' } }

const wire = (
  request: Unsigned,
  { headers, query }: { headers: RequestParts['headers']; query: string },
): RequestParts => ({
  method: request.method,
  target: request.path + (query === '' ? '' : `?${query}`),
  headers,
})
export const byHeader = (request: Partial<Unsigned> = {}, options: Partial<SigningScope> = {}): RequestParts => {
  const whole = { ...plain, ...request }
  return wire(whole, signHeader4(whole, { ...scope, ...options }))
}
export const byQuery = (
  request: Partial<Unsigned> = {},
  options: Partial<SigningScope> = {},
  expires = '900',
): RequestParts => {
  const whole = { ...plain, ...request }
  return wire(whole, signQuery4(whole, { ...scope, ...options }, expires))
}
export const v2ByHeader = (request: Partial<Unsigned> = {}): RequestParts => {
  const whole = { ...plain, ...request }
  return wire(whole, signHeader2(whole, scope))
}
export const v2ByQuery = (
  request: Partial<Unsigned> = {},
  expires = String(date.getTime() / 1000 + 900),
): RequestParts => {
  const whole = { ...plain, ...request }
  return wire(whole, signQuery2(whole, scope, expires))
}
export const withHeaders = (parts: RequestParts, headers: Record<string, string | undefined>): RequestParts => {
  const all = { ...parts.headers, ...headers }
  for (const name in headers) if (headers[name] === undefined) delete all[name]
  return { ...parts, headers: all as RequestParts['headers'] }
}
export const inAuthorization = (parts: RequestParts, from: string | RegExp, to: string): RequestParts =>
  withHeaders(parts, { authorization: (parts.headers['authorization'] as string).replace(from, to) })
export const inTarget = (parts: RequestParts, from: string | RegExp, to: string): RequestParts => ({
  ...parts,
  target: parts.target.replace(from, to),
})

/** The error that the gate refuses the request with. */
export async function refusal(parts: RequestParts, options = {}, bucket?: string): Promise<ApiError> {
  try {
    await authenticate(makeRequest(parts), exampleAuthenticator(options), bucket)
  } catch (error) {
    assert(error instanceof ApiError, String(error))
    return error
  }
  return assert.fail('it was accepted')
}

/** By which method the gate accepts the request. */
export const accepted = async (parts: RequestParts, options = {}, bucket?: string): Promise<string> =>
  (await authenticate(makeRequest(parts), exampleAuthenticator(options), bucket)).method
