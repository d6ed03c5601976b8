/**
 * What is decided about a request before anybody is asked who made it: whether it may come by this way, whether it has come to the right region,
 * and what its signature may be.
 */
import { ApiError } from '../base/errors.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Query } from '../http/query.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Toggles } from '../objects/profile.ts'
import type { Address } from './address.ts'
import type { Services } from './context.ts'
import { refuseTransport } from './profile-transport.ts'
import type { Region } from '../objects/regions.ts'

/** A request that may go on. It is the rules for its signature too. */
export interface Admission {
  /** The bucket addressed; undefined where there is none, or it is about to be created. */
  readonly bucket: Bucket | undefined
  /** The names of regions that a signature may bear; the first is told to clients that name another. */
  readonly regions: readonly string[]
  /** The toggles that hold, if this account made the request. */
  toggles(this: void, accountId: string): Toggles
}

export type Admit = (
  request: HttpRequest,
  query: Query,
  address: Address,
  /** Its name, where the request is known to be one. */
  operation: string | undefined,
) => Admission | Promise<Admission>

/**
 * What it gives throws InsecureTransport, TemporaryRedirect or PermanentRedirect, or lets the request go on. `plaintextAllowed` is the operator's
 * word that plain HTTP is on a network to be trusted.
 */
export function createAdmission(
  { buckets, endpoints, regions, toggles }: Pick<Services, 'buckets' | 'endpoints' | 'regions' | 'toggles'>,
  plaintextAllowed: boolean,
): Admit {
  /** The same for all requests to a bucket, as long as it and its toggles are the same. */
  const admissions = new WeakMap<
    Bucket,
    { readonly found: Toggles; readonly region: Region; readonly admission: Admission }
  >()

  function admit(request: HttpRequest, query: Query, address: Address, bucket: Bucket | undefined): Admission {
    const found = toggles(bucket)
    refuseTransport(found, request, query, plaintextAllowed)
    const hostRegion = endpoints.regionOf(address.domain)
    const known = bucket && admissions.get(bucket)
    if (known?.found === found && (hostRegion === undefined || hostRegion === known.region)) return known.admission
    if (bucket === undefined) {
      return {
        bucket,
        regions: regions.namesFrom(hostRegion ?? regions.first),
        toggles(accountId) {
          const ofAccount = toggles(undefined, accountId)
          // Again, now that it is known who asks.
          refuseTransport(ofAccount, request, query, plaintextAllowed)
          return ofAccount
        },
      }
    }
    const region = regions.of(bucket)
    if (hostRegion !== undefined && hostRegion !== region) throw elsewhere(request, address, region)
    const admission = { bucket, regions: regions.namesOf(region), toggles: () => found }
    admissions.set(bucket, { found, region, admission })
    return admission
  }

  function elsewhere(request: HttpRequest, { bucket = '', domain, style }: Address, region: Region): ApiError {
    const [, port = ''] = /(:\d+)$/.exec(request.forwarded.host ?? request.host) ?? []
    const host = endpoints.hostOf(region, domain) + port
    const endpoint = style === 'virtual-hosted' ? `${bucket}.${host}` : host
    return new ApiError('PermanentRedirect', undefined, {
      details: { Endpoint: endpoint, Bucket: bucket },
      headers: { 'x-amz-bucket-region': region.name },
    })
  }

  return (request, query, address, operation) => {
    const { bucket: name } = address
    // Creating a bucket is not about the one that may be there.
    if (name === undefined || operation === 'CreateBucket') return admit(request, query, address, undefined)
    const bucket = buckets.cached(name)
    if (bucket !== undefined) return admit(request, query, address, bucket)
    return unlessMissing(buckets.get(name)).then((found) => admit(request, query, address, found))
  }
}

async function unlessMissing(found: Promise<Bucket>): Promise<Bucket | undefined> {
  try {
    return await found
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NoSuchBucket') return undefined
    throw error
  }
}
