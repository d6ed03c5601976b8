/** Answers a certificate authority that asks whether a host is ours: HTTP-01, RFC 8555 8.3. */
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { Awaitable, MetadataStore } from '../metadata/metadata-store.ts'
import { challengeKey, decodeChallenge } from './records.ts'

/** In front of a token in a request's path. */
export const challengePath = '/.well-known/acme-challenge/'
/** Base64url, of which at least 128 bits (RFC 8555 8.3); longer ones are not looked for. */
const token = /^[\w-]{22,200}$/

/** Undefined where the path is none of a challenge's, or no order of ours waits for the token: then it is a request like any other. */
export type ChallengeAnswer = (request: Pick<HttpRequest, 'method' | 'path'>) => Awaitable<HttpResponse | undefined>

/** Answers on every thread, whichever one has the order: the answers are among the records. To be asked on the plain listener, port 80. */
export const createChallengeAnswer =
  (store: Pick<MetadataStore, 'get'>): ChallengeAnswer =>
  ({ method, path }) => {
    if (!path.startsWith(challengePath) || (method !== 'GET' && method !== 'HEAD')) return undefined
    const asked = path.slice(challengePath.length)
    if (!isToken(asked)) return undefined
    const value = store.get(challengeKey(asked))
    if (value === undefined || value instanceof Uint8Array) return value && toResponse(value)
    return Promise.resolve(value).then((later) => later && toResponse(later))
  }

export const isToken = (text: string): boolean => token.test(text)

function toResponse(value: Uint8Array): HttpResponse {
  const { answer } = decodeChallenge(value)
  const headers = ['content-type', 'application/octet-stream', 'content-length', String(answer.length)]
  return { status: 200, headers: [...headers, 'cache-control', 'no-store'], body: answer }
}
