/** The answer to a browser that asks, unsigned, whether a page of another origin may send a request (OPTIONS object, "Preflight request"). */
import { ApiError } from '../../base/errors.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { preflightHeaders } from '../../objects/cors-rule.ts'
import type { Address } from '../address.ts'
import { findBucket, type BucketsFound } from './find-bucket.ts'

/**
 * The answer, of status 200. Throws BadRequest for what is no preflight request,
 * AccessForbidden where no rule of the bucket fits.
 */
export async function answerPreflight(
  { headers }: Pick<HttpRequest, 'headers'>,
  { bucket: name, key }: Pick<Address, 'bucket' | 'key'>,
  buckets: BucketsFound,
): Promise<HttpResponse> {
  const { origin } = headers
  if (origin === undefined) {
    throw new ApiError('BadRequest', 'Insufficient information. Origin request header needed.')
  }
  const method = headers['access-control-request-method']
  if (method === undefined) throw new ApiError('BadRequest', 'Invalid Access-Control-Request-Method: null')
  const forbidden = (why: string): ApiError =>
    new ApiError('AccessForbidden', `CORSResponse: ${why}`, {
      details: { Method: method, ResourceType: key === undefined ? 'BUCKET' : 'OBJECT' },
    })

  const bucket = name === undefined ? undefined : await findBucket(buckets, name)
  if (bucket === undefined) throw forbidden('Bucket not found')
  if (bucket.cors === undefined) throw forbidden('CORS is not enabled for this bucket.')
  const granted = preflightHeaders(bucket, origin, method, headers['access-control-request-headers'])
  if (granted === undefined) throw forbidden(noRule)
  return { status: 200, headers: granted, body: undefined }
}

const noRule =
  "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
