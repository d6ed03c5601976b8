/** Requests that have ended, for tests of what is told of them. */
import type { RequestEnd } from '../http/listener.ts'
import type { HttpRequest, Served } from '../http/message.ts'

export const accountId = 'a'.repeat(64)
export const photos = { id: '1', name: 'photos', accountId, region: 'us-east-1' }
export const jwt = 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1cmkiOiIvIn0.c2lnbmF0dXJl-_c2ln'

export interface Ended extends Partial<Omit<RequestEnd, 'request'>> {
  readonly method?: string
  /** `/photos/k?versionId=1`. */
  readonly target?: string
  readonly host?: string
  readonly headers?: HttpRequest['headers']
  readonly remoteAddress?: string
  /** What it turned out to be; GetObject of `photos/k`, unless given. */
  readonly served?: Partial<Served> | undefined
}

/** GET /photos/k, answered 200 after 12.3 ms with 7 bytes, but for what is given. */
export function requestEnd(ended: Ended = {}): RequestEnd {
  const { method = 'GET', target = '/photos/k', host = 's3.test', headers = {}, remoteAddress = '192.0.2.3' } = ended
  const { status = 200, bytesIn = 0, bytesOut = 7, durationMs = 12.3, complete = true } = ended
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const served: Served | undefined =
    'served' in ended && ended.served === undefined
      ? undefined
      : { front: 's3', operation: 'GetObject', bucket: photos, key: 'k', ...ended.served }
  const request: HttpRequest = {
    ...{ id: '0123456789ABCDEF', method, path, query, headers, host, remoteAddress, served },
    rawHeaders: [],
    forwarded: { host: undefined, prefix: undefined },
    secure: false,
    contentLength: bytesIn,
    body: (async function* () {})(),
    signal: new AbortController().signal,
  }
  return { request, status, bytesIn, bytesOut, durationMs, complete }
}

/** Requests that bear secrets in every place where one may stand; none of `secrets` may be in what is told of them. */
export const secrets = ['SECRETSECRET', ...jwt.split('.')]
export const secretive: readonly RequestEnd[] = [
  requestEnd({ target: `/photos/k?auth=${jwt}` }),
  requestEnd({ target: `/~auth=${jwt}/k`, served: { front: 'delivery', operation: 'Deliver' } }),
  requestEnd({
    target: `/~auth?auth=${jwt}&to=/film/a.m3u8?auth=${jwt}`,
    served: { front: 'delivery', operation: 'Deliver' },
  }),
  requestEnd({
    target: '/%7E%61uth=SECRETSECRET/k',
    served: { key: '~auth=SECRETSECRET/k', errorCode: 'NoSuchKey' },
    status: 404,
  }),
  requestEnd({
    target:
      '/photos/k?X-Amz-Credential=AKIA%2F20260101%2Fx&X-Amz-Signature=SECRETSECRET&X-Amz-Security-Token=SECRETSECRET',
  }),
  requestEnd({ target: '/photos/k?AWSAccessKeyId=SECRETSECRET&Signature=SECRETSECRET&Expires=1' }),
  requestEnd({
    target: '/photos/k',
    headers: { referer: `https://s3.test/a?auth=${jwt}`, 'user-agent': `p ?auth=SECRETSECRET "` },
  }),
  requestEnd({ target: '/photos/k', headers: { referer: `https://s3.test/~auth=${jwt}/a`, 'user-agent': jwt } }),
  requestEnd({
    target: '/photos/k',
    headers: { authorization: 'Bearer SECRETSECRET', cookie: `auth=${jwt}`, 'x-amz-security-token': 'SECRETSECRET' },
  }),
  requestEnd({
    target: '/photos/k',
    headers: { 'x-amz-server-side-encryption-customer-key': 'SECRETSECRET' },
    method: 'PUT',
  }),
  requestEnd({
    ...{ target: '/v1/access_token/SECRETSECRET?a=SECRETSECRET', method: 'POST' },
    served: { front: 'management', operation: 'CreateAccessToken', bucket: undefined, key: undefined },
  }),
  requestEnd({
    ...{
      target: '/v1/other/SECRETSECRET',
      method: 'POST',
      headers: { referer: 'https://s3.test/v1/access_token/SECRETSECRET' },
    },
    served: { front: 'management', operation: '', bucket: undefined, key: undefined, errorCode: 'NotFound' },
  }),
  requestEnd({ target: '/v1/access_token/SECRETSECRET', host: '', status: 400, served: undefined }),
  requestEnd({ host: `photos.s3.test?auth=${jwt}`, status: 400, served: undefined }),
]
