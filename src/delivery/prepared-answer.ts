/** An answer kept ready: all that is sent for a small object, whoever asks for it as it is stored, and what it was made of. */
import type { HttpResponse, Served } from '../http/message.ts'
import type { Bucket } from '../objects/bucket.ts'
import { deliveryOf } from '../objects/delivery-settings.ts'
import type { CachedHead } from '../objects/head-cache.ts'
import { describe, headersOf, validatorsOf, type Description, type Told } from './description.ts'
import type { Place } from './hosts.ts'

export interface Prepared {
  readonly host: PreparedHost
  readonly path: string
  readonly bucket: Bucket
  readonly key: string
  readonly found: Pick<CachedHead, 'record' | 'stamp'>
  readonly authenticated: boolean
  readonly description: Description
  /** With its quotes. */
  readonly etag: string
  readonly whole: Pair
  readonly unchanged: Pair
  readonly served: Served
  /** Bytes that it takes, roughly. */
  readonly size: number
  /** Since it was last passed over for eviction. */
  used: boolean
}

export interface PreparedHost {
  readonly name: string
  readonly place: Place
  readonly byPath: Map<string, Prepared>
}

/** The same answer for those who carry a token, and for those who do not: their name is told to no other site. */
interface Pair {
  readonly bare: HttpResponse
  readonly carried: HttpResponse
}

/** Bytes that an answer takes beside its body, roughly. */
const entrySize = 3000

/** Told, to those who need a token, as if that never expired: who gives it out sees to that. */
export function prepare(
  host: PreparedHost,
  path: string,
  bucket: Bucket,
  key: string,
  { head, record, stamp }: CachedHead,
  body: Uint8Array,
): Prepared {
  const description = describe(head, key)
  const authenticated = deliveryOf(bucket).policy === 'authenticated'
  const told = (carried: boolean): Told => ({
    ...{ bucket, etag: description.etag, coding: undefined, carried },
    ...{ held: authenticated, leftSeconds: undefined, hit: true },
  })
  const whole = (carried: boolean): HttpResponse => {
    const headers = headersOf(head, description, told(carried))
    headers.push('content-length', String(body.length))
    return shared({ status: 200, headers, body })
  }
  const unchanged = (carried: boolean): HttpResponse => {
    const headers = validatorsOf(head, description, told(carried))
    return shared({ status: 304, headers, body: undefined })
  }
  return {
    ...{ host, path, bucket, key, found: { record, stamp }, authenticated, description },
    etag: `"${description.etag}"`,
    whole: { bare: whole(false), carried: whole(true) },
    unchanged: { bare: unchanged(false), carried: unchanged(true) },
    served: { front: 'delivery', operation: 'Deliver', bucket, key },
    size: entrySize + 2 * path.length + body.length,
    used: false,
  }
}

/** It goes out many times: nobody on its way may add to its headers. */
function shared(answer: HttpResponse): HttpResponse {
  Object.freeze(answer.headers)
  return Object.freeze(answer)
}
