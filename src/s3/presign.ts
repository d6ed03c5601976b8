/** Makes presigned URLs (Signature Version 4, query): what SDKs make for their users, made by the server for those who have no SDK at hand. */
import type { Clock } from '../base/clock.ts'
import { ApiError } from '../base/errors.ts'
import type { FindCredential } from '../access/credential.ts'
import { Query } from '../http/query.ts'
import { canonicalQuery, canonicalRequest, sign, stringToSign } from './signature/canonical-request.ts'
import { encodeText } from './signature/percent-encoding.ts'
import { parseSignedHeaders } from './signature/signed-headers.ts'
import { deriveSigningKey } from './signature/signing-key.ts'
import { basicTime } from './signature/signing-time.ts'

export interface PresignOrder {
  /** Scheme, host, port, and a path that a proxy puts in front; without a final slash. */
  readonly origin: string
  readonly accessKeyId: string
  readonly method: string
  readonly bucket: string
  readonly region: string
  readonly key: string
  /** 1 to 604,800. */
  readonly expiresSeconds: number
  readonly query: Readonly<Record<string, string>>
}

/** In path style. Throws InvalidAccessKeyId where there is no such active key. */
export const createPresign =
  (findCredential: FindCredential, clock: Pick<Clock, 'now'>) =>
  async (order: PresignOrder): Promise<string> => {
    const credential = await findCredential(order.accessKeyId)
    if (credential === undefined) throw new ApiError('InvalidAccessKeyId')
    const url = new URL(order.origin)
    const time = basicTime(clock.now())
    const date = time.slice(0, 8)
    const scope = `${date}/${order.region}/s3/aws4_request`
    const query = new Query([
      ...Object.entries(order.query),
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-Credential', `${order.accessKeyId}/${scope}`],
      ['X-Amz-Date', time],
      ['X-Amz-Expires', String(order.expiresSeconds)],
      ['X-Amz-SignedHeaders', 'host'],
    ])
    const segments = order.key.split('/')
    // Browsers resolve a segment of dots, however it is escaped; with its slashes escaped the key is one segment.
    const dots = segments.some((segment) => segment === '.' || segment === '..')
    const path = `/${encodeText(order.bucket)}/${segments.map(encodeText).join(dots ? '%2F' : '/')}`
    // The prefix that a proxy takes off is not what arrives, and the server knows both readings: the public one is signed.
    const uri = `${url.pathname === '/' ? '' : url.pathname}${path}`
    const canonical = canonicalRequest(
      {
        ...{ method: order.method, uri, query: canonicalQuery(query), host: url.host },
        ...{ headers: {}, collapse: false, encoding: 'utf8', payload: 'UNSIGNED-PAYLOAD' },
      },
      parseSignedHeaders('host')!,
    )
    const signature = sign(
      deriveSigningKey(credential.secret, date, order.region),
      stringToSign(canonical, 'utf8', time, scope),
    )
    return `${url.protocol}//${url.host}${uri}?${canonicalQuery(query)}&X-Amz-Signature=${signature}`
  }
