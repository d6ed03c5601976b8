/** `Authorization: ACCESS_KEY:SECRET_KEY`: the secret itself in place of a signature, where the toggle `auth.plainKey` takes it. */
import { hash, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../../base/errors.ts'
import type { HttpRequest } from '../../http/message.ts'
import type { Query } from '../../http/query.ts'

export interface PlainKey {
  readonly accessKeyId: string
  readonly secret: string
}

const sizeMax = 512

/** Undefined where the header is nothing of the kind, or the query bears a signature too. */
export function readPlainKey({ headers }: HttpRequest, query: Query): PlainKey | undefined {
  const authorization = headers['authorization']
  if (authorization === undefined || authorization.length > sizeMax || authorization.includes(' ')) return undefined
  const colon = authorization.indexOf(':')
  if (colon < 1 || query.has('X-Amz-Signature') || query.has('Signature')) return undefined
  return { accessKeyId: authorization.slice(0, colon), secret: authorization.slice(colon + 1) }
}

/** In a time that tells neither where they differ nor how long they are. */
export const sameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'))

/** What is sent is repeated only where it can be no secret. */
export const unsupportedType = (authorization?: string): ApiError =>
  new ApiError('InvalidArgument', 'Unsupported Authorization Type', {
    details: { ArgumentName: 'Authorization', ...(authorization !== undefined && { ArgumentValue: authorization }) },
  })
