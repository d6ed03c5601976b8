/** Requests for the tests of signatures, without a socket, and an authenticator that knows AWS's documentation example key. */
import type { Credential } from '../../access/credential.ts'
import type { Clock } from '../../base/clock.ts'
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

/** An authenticator at AWS's example time, 2013-05-24T00:00:00Z, all forms on. */
export const exampleAuthenticator = (options: Partial<AuthenticatorOptions> = {}): Authenticator =>
  createAuthenticator({
    findCredential: (id) => (id === exampleCredential.accessKeyId ? exampleCredential : undefined),
    clock: clockAt('2013-05-24T00:00:00Z'),
    regions: ['us-east-1'],
    publicHosts: [],
    v2: { header: true, query: true },
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
