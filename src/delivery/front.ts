/** The delivery front: objects over plain HTTP requests, to everybody or to the holders of tokens. Its steps, in order, are those of `answer`. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { ApiError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { HttpRequest, HttpResponse, Served } from '../http/message.ts'
import type { Refused } from '../http/refused.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Buckets } from '../objects/buckets.ts'
import { deliveryOf } from '../objects/delivery-settings.ts'
import type { Objects } from '../objects/objects.ts'
import type { Regions } from '../objects/regions.ts'
import type { FindToggles } from '../objects/toggles.ts'
import type { FindSite } from '../sites/site.ts'
import { keyOfPath } from '../objects/key-of-path.ts'
import { addressOf } from './address.ts'
import type { Carry } from './carry.ts'
import { exchanged, exchangeKey, exchangeOf, isExchange } from './cookie-exchange.ts'
import { Deliverer } from './deliver.ts'
import type { Visited } from './explain-refusal.ts'
import { findToken, type FoundToken } from './find-token.ts'
import { Hosts, type Place } from './hosts.ts'
import { PreparedAnswers, type Pending } from './prepared.ts'
import { Refusal, refuse } from './refuse.ts'
import type { PlaylistRewriter } from './rewritings.ts'
import { allowedMethods, answerOptions, share } from './share.ts'
import type { Pace } from './throttle.ts'
import { TokenRefused, type Grant, type TokenGate } from './token-gate.ts'
import { refuseTransport } from './transport.ts'

export interface DeliveryOptions {
  readonly buckets: Buckets
  readonly objects: Objects
  readonly toggles: FindToggles
  readonly regions: Regions
  /** Under which buckets have hosts of their own: `<bucket>.media-storage.<region>.<domain>`. In lower case, without ports. */
  readonly domains: readonly string[]
  readonly gate: TokenGate
  /** The custom domain of that name. */
  readonly findSite: FindSite
  readonly rewrite: PlaylistRewriter
  /** The operator's word that the network is trusted with plain HTTP. */
  readonly plaintextAllowed: boolean
  /** The port under which clients reach this server by TLS; undefined where they do not, or by a proxy's. */
  readonly httpsPort?: (() => number | undefined) | undefined
  readonly clock: Clock
  readonly random: Random
  /** How a limited rate is kept; by timers unless given. */
  readonly sleep?: Pace['sleep']
  /** Told of what is no client's fault. */
  readonly onFault: (error: unknown, request: HttpRequest) => void
}

/** What is known of a request so far: refusals are told and counted by it. */
interface Visit extends Visited {
  bucket: Bucket | undefined
  hidden: Bucket | undefined
  key: string | undefined
  found: FoundToken | undefined
}

/** A request that is about a key of a bucket. */
interface Asked {
  readonly request: HttpRequest
  readonly place: Place
  readonly bucket: Bucket
  /** Before the key, as the client sees it: with what a proxy took off, without the token. */
  readonly root: string
  /** The same, as it came here. */
  readonly rootHere: string
  readonly rawKey: string
  readonly key: string
  readonly found: FoundToken | undefined
}

export function createDeliveryFront(
  options: DeliveryOptions,
): (request: HttpRequest) => HttpResponse | Promise<HttpResponse> {
  const { buckets, objects, toggles, regions, gate, plaintextAllowed, clock } = options
  const hosts = new Hosts(options)
  const deliverer = new Deliverer({ ...options, sleep: options.sleep ?? ((ms) => sleep(ms)) })
  const prepared = new PreparedAnswers({ ...options, hosts, heads: objects.heads })

  async function answer(request: HttpRequest, visit: Visit, pending: Pending | undefined): Promise<HttpResponse> {
    // 1. Address: bucket and key, by host and path.
    const { forwarded, path, query, method } = request
    const place = await hosts.place(forwarded.host ?? request.host)
    if (place === undefined) throw new Refusal(404, 'NoSuchSite', 'No such site')
    const address = addressOf(place, path)
    const { rawKey } = address
    const key = keyOfPath(rawKey)
    // 2. Bucket: one that is missing, elsewhere, somebody else's or switched off is answered the same.
    visit.key = key
    const bucket = await requireBucket(address.bucket, place, visit)
    visit.bucket = bucket
    // 3. Transport.
    refuseTransport(toggles(bucket), request, plaintextAllowed, options.httpsPort?.())
    // 4. Method.
    if (method === 'OPTIONS') return answerOptions(request, bucket)
    if (method !== 'GET' && method !== 'HEAD')
      throw new Refusal(405, 'MethodNotAllowed', 'Delivery is for reading.', ['allow', allowedMethods])
    const found = findToken(query, address.pathToken, request.headers['cookie'])
    visit.found = found
    const rootHere = address.root
    const asked: Asked = {
      request,
      place,
      bucket,
      root: (forwarded.prefix ?? '') + rootHere,
      rootHere,
      rawKey,
      key,
      found,
    }
    if (isExchange(rawKey, query)) return exchange(asked, visit)
    // 5. Token: before anything is looked up that it guards, and on every request.
    const grant = pending?.bucket === bucket ? await pending.grant : await admit(asked, key)
    // 6. The object: its head, conditions, ranges, body and headers.
    return deliver(asked, grant)
  }

  async function requireBucket(name: string, place: Place, visit: Visit): Promise<Bucket> {
    const bucket = buckets.cached(name) ?? (await findBucket(name))
    const isHere =
      bucket !== undefined &&
      (place.region === undefined || regions.of(bucket) === place.region) &&
      (place.accountId === undefined || bucket.accountId === place.accountId) &&
      (place.bucketId === undefined || bucket.id === place.bucketId) &&
      deliveryOf(bucket).enabled
    visit.hidden = isHere ? undefined : bucket
    if (!isHere) throw new Refusal(404, 'NoSuchBucket', 'There is no such bucket here.')
    return bucket
  }

  async function findBucket(name: string): Promise<Bucket | undefined> {
    try {
      // A copy, since a part of a text keeps the whole of it in memory: here the request's target.
      return await buckets.get(Buffer.from(name).toString())
    } catch (error) {
      if (error instanceof ApiError && error.code === 'NoSuchBucket') return undefined
      throw error
    }
  }

  /** What a token grants; undefined where none is needed: then one that is there is not looked at. Throws TokenRefused. */
  async function admit({ bucket, request, found }: Asked, key: string): Promise<Grant | undefined> {
    if (deliveryOf(bucket).policy === 'public') return undefined
    if (found === undefined) throw new TokenRefused('missing', 'This is read with a signed URL only.')
    return gate.admit(found.token, { bucket, key, request })
  }

  async function exchange(asked: Asked, visit: Visit): Promise<HttpResponse> {
    const { request, root, found } = asked
    const wanted = exchangeOf(root, request.query)
    visit.key = wanted.key
    const grant = await admit(asked, wanted.key)
    const held =
      grant === undefined || found === undefined ? undefined : { token: found.token, grant, nowMs: clock.now() }
    return exchanged(wanted, root, request, held)
  }

  async function deliver(asked: Asked, grant: Grant | undefined): Promise<HttpResponse> {
    const { request, bucket, key, found, place, rootHere, rawKey } = asked
    const carry = grant === undefined ? undefined : carryOf(asked)
    const known = objects.heads.cached(bucket, key)?.body
    const response = await deliverer.deliver({ request, bucket, key, carried: found !== undefined, grant, carry })
    // Asked for a second time, it is worth keeping ready.
    if (known !== undefined && grant?.rate === undefined && isWhole(response, known) && rawKey !== exchangeKey)
      prepared.prepare(request.forwarded.host ?? request.host, place, rootHere + rawKey, bucket, key)
    return response
  }

  async function answerAnew(request: HttpRequest, pending?: Pending): Promise<HttpResponse> {
    const visit: Visit = { bucket: undefined, hidden: undefined, key: undefined, found: undefined }
    let response: HttpResponse
    let errorCode: string | undefined
    let refused: Refused | undefined
    try {
      response = await answer(request, visit, pending)
    } catch (error) {
      const { response: answered, code, message, fault } = refuse(error, request)
      if (fault) options.onFault(error, request)
      else refused = refusedBy(error, request, visit, { status: answered.status, code, message })
      response = answered
      errorCode = code
    }
    const { bucket, key } = visit
    const served: Served = { front: 'delivery', operation: 'Deliver', bucket, key, errorCode }
    request.served = refused === undefined ? served : { ...served, refused }
    return bucket === undefined ? response : share(response, request, bucket)
  }

  return (request) => {
    const ready = prepared.find(request)
    return ready === undefined || 'grant' in ready ? answerAnew(request, ready) : ready
  }
}

/** Why, to be explained if anybody is to know. */
const refusedBy = (
  error: unknown,
  request: HttpRequest,
  visited: Visited,
  told: Omit<Refused, 'explain'>,
): Refused => ({
  ...told,
  explain: async () => (await import('./explain-refusal.ts')).explainRefusal(error, request, visited),
})

/** Whether the answer is the very bytes, and all of them. */
const isWhole = ({ status, body }: HttpResponse, bytes: Uint8Array): boolean =>
  status === 200 &&
  body instanceof Uint8Array &&
  body.length === bytes.length &&
  body.buffer === bytes.buffer &&
  body.byteOffset === bytes.byteOffset

/** Where the client does not carry the token on by itself, playlists do. */
function carryOf({ request, root, rawKey, found }: Asked): Carry | undefined {
  if (found === undefined || found.by === 'cookie') return undefined
  const { forwarded, host, secure } = request
  const origin = `${secure ? 'https' : 'http'}://${(forwarded.host ?? host).toLowerCase()}`
  return { token: found.token, by: found.by, origin, root, key: rawKey }
}
