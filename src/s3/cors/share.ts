/** Lets a page of another origin read an answer, whatever its status, where a rule of the bucket says so. */
import { ApiError } from '../../base/errors.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { corsHeaders } from '../../objects/cors-rule.ts'
import { addressOf, type Address } from '../address.ts'
import { findBucket, type BucketsFound } from './find-bucket.ts'

/** The response, with the headers that the bucket's rules add for the request's Origin. Preflight requests have had theirs. */
export async function share(
  response: HttpResponse,
  request: HttpRequest,
  domains: readonly string[],
  buckets: BucketsFound,
): Promise<HttpResponse> {
  const { origin } = request.headers
  const name = bucketNameOf(request, domains)
  if (origin === undefined || name === undefined || request.method === 'OPTIONS') return response
  const bucket = await findBucket(buckets, name)
  if (bucket?.cors === undefined) return response
  // As Ceph has it: a request that names another method, which browsers never do, is judged by that.
  const method = request.headers['access-control-request-method'] ?? request.method
  response.headers.push(...corsHeaders(bucket, origin, method))
  return response
}

/** Undefined for a request that could not be addressed, and has been told so. */
function bucketNameOf({ forwarded, host, path }: HttpRequest, domains: readonly string[]): Address['bucket'] {
  try {
    return addressOf(forwarded.host ?? host, path, domains).bucket
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}
