/**
 * Answers kept ready: small objects that are asked for again and again go out as they went out before, without a single await. An answer
 * is used only while its bucket's configuration and its object are the same by their stamps, and only for a request that would get the very
 * same one; a token, where one is needed, is held against each request. All else is left to those who work answers out.
 */
import type { Clock } from '../base/clock.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Buckets } from '../objects/buckets.ts'
import type { Heads } from '../objects/heads.ts'
import type { FindToggles } from '../objects/toggles.ts'
import { addressOf, type Address } from './address.ts'
import { heldCacheControl } from './cache-control.ts'
import { codingFor } from '../http/content-coding.ts'
import { findToken, type FoundToken } from './find-token.ts'
import type { Hosts, Place } from './hosts.ts'
import { prepare, type Prepared, type PreparedHost } from './prepared-answer.ts'
import { grantedTo } from './share.ts'
import type { Grant, TokenGate } from './token-gate.ts'
import { maySpeakPlainly } from './transport.ts'

export interface PreparedOptions {
  readonly hosts: Hosts
  readonly buckets: Buckets
  readonly heads: Heads
  readonly toggles: FindToggles
  readonly gate: TokenGate
  readonly plaintextAllowed: boolean
  readonly clock: Clock
}

/** A token that the gate has begun to think about: the request is answered from the beginning, and need not ask again. */
export interface Pending {
  readonly bucket: Bucket
  readonly grant: Promise<Grant>
}

/** Bytes of a body that is kept ready. */
const bodySizeMax = 64 * 1024
/** Bytes of all that is kept ready; bodies are mostly shared with the cache of heads. */
const sizeMax = 32 * 1024 * 1024

export class PreparedAnswers {
  readonly #options: PreparedOptions
  readonly #hosts = new Map<string, PreparedHost>()
  readonly #all = new Set<Prepared>()
  #size = 0

  constructor(options: PreparedOptions) {
    this.#options = options
  }

  /** Undefined, or what the gate is at, where the answer is to be worked out. */
  find(request: HttpRequest): HttpResponse | Pending | undefined {
    const { method, headers, query } = request
    if (method !== 'GET' && method !== 'HEAD') return undefined
    if (headers['range'] !== undefined || isConditional(headers)) return undefined
    const host = this.#hosts.get(request.forwarded.host ?? request.host)
    if (host === undefined) return undefined
    let prepared = host.byPath.get(request.path)
    let pathToken: string | undefined
    if (prepared === undefined) {
      const address = request.path.includes('/~auth=') ? addressIn(host, request.path) : undefined
      prepared = address && host.byPath.get(address.root + address.rawKey)
      if (prepared === undefined) return undefined
      pathToken = address!.pathToken
    }
    if (!this.#isCurrent(prepared) || !this.#maySpeak(request, prepared.bucket)) return undefined
    const { description } = prepared
    if (description.varies && codingFor(headers['accept-encoding']) !== undefined) return undefined
    const cookie = headers['cookie']
    const anyToken = query !== '' || pathToken !== undefined || cookie !== undefined
    const token = anyToken ? findToken(query, pathToken, cookie) : undefined
    const ifNoneMatch = headers['if-none-match']
    if (ifNoneMatch !== undefined && ifNoneMatch !== prepared.etag) return undefined
    const pair = ifNoneMatch === undefined ? prepared.whole : prepared.unchanged
    const answer = prepared.authenticated
      ? this.#held(request, prepared, pair.carried, token)
      : token === undefined
        ? pair.bare
        : pair.carried
    if (answer === undefined || 'grant' in answer) return answer
    prepared.used = true
    request.served = prepared.served
    const told = prepared.bucket.cors === undefined ? answer : shared(answer, request, prepared.bucket)
    return method === 'HEAD' ? { ...told, body: undefined } : told
  }

  /**
   * Keeps what was found under a key ready, where it is small, in memory and sent as it is stored. `path` is the request's, without a token;
   * `host` as sent.
   */
  prepare(host: string, place: Place, path: string, bucket: Bucket, key: string): void {
    const found = this.#options.heads.cached(bucket, key)
    if (found?.body === undefined || found.body.length > bodySizeMax || found.head.encryption?.kind === 'SSE-C') return
    let preparedHost = this.#hosts.get(host)
    if (preparedHost === undefined || !isSame(preparedHost.place, place)) {
      if (preparedHost !== undefined) for (const old of preparedHost.byPath.values()) this.#drop(old)
      preparedHost = { name: host, place, byPath: new Map() }
      this.#hosts.set(host, preparedHost)
    }
    const old = preparedHost.byPath.get(path)
    if (old !== undefined) this.#drop(old)
    // A copy, since a part of a text keeps the whole of it in memory: here the request's target.
    const prepared = prepare(preparedHost, path, bucket, Buffer.from(key).toString(), found, found.body)
    this.#hosts.set(host, preparedHost)
    preparedHost.byPath.set(path, prepared)
    this.#all.add(prepared)
    this.#size += prepared.size
    if (this.#size > sizeMax) this.#evict()
  }

  #isCurrent({ host, bucket, found }: Prepared): boolean {
    const { buckets, heads, hosts } = this.#options
    return buckets.cached(bucket.name) === bucket && heads.isCurrent(found) && hosts.isStill(host.place)
  }

  #maySpeak(request: HttpRequest, bucket: Bucket): boolean {
    const { toggles, plaintextAllowed } = this.#options
    return request.secure || maySpeakPlainly(toggles(bucket).http, request, plaintextAllowed)
  }

  /** Undefined where the token is refused, or its holder is to be answered otherwise. */
  #held(
    request: HttpRequest,
    { bucket, key, description }: Prepared,
    answer: HttpResponse,
    found: FoundToken | undefined,
  ): HttpResponse | Pending | undefined {
    if (found === undefined || (description.playlist !== undefined && found.by !== 'cookie')) return undefined
    const grant = this.#admit(found.token, bucket, key, request)
    if (grant instanceof Promise) return { bucket, grant }
    if (grant === undefined || grant.rate !== undefined) return undefined
    const { expiresMs } = grant
    const { maxAgeSeconds } = description.cache
    if (expiresMs === undefined || maxAgeSeconds === undefined) return answer
    const leftMs = expiresMs - this.#options.clock.now()
    if (leftMs >= maxAgeSeconds * 1000) return answer
    const headers = [...answer.headers]
    headers[headers.indexOf('cache-control') + 1] = heldCacheControl(description.cache, Math.floor(leftMs / 1000))
    return { ...answer, headers }
  }

  /** Undefined where the gate refuses at once: whoever works the answer out asks it too, and says what it said. */
  #admit(token: string, bucket: Bucket, key: string, request: HttpRequest): Grant | Promise<Grant> | undefined {
    try {
      const grant = this.#options.gate.admit(token, { bucket, key, request })
      // The bucket may have changed before anybody waits for it.
      if (grant instanceof Promise) grant.catch(() => undefined)
      return grant
    } catch {
      return undefined
    }
  }

  #drop(prepared: Prepared): void {
    const { host, path, size } = prepared
    if (!this.#all.delete(prepared)) return
    this.#size -= size
    host.byPath.delete(path)
    if (host.byPath.size === 0 && this.#hosts.get(host.name) === host) this.#hosts.delete(host.name)
  }

  /** The oldest go first, but one that was used since it was last looked at goes to the end instead. */
  #evict(): void {
    for (const prepared of this.#all) {
      if (this.#size <= sizeMax) return
      if (prepared.used) {
        prepared.used = false
        this.#all.delete(prepared)
        this.#all.add(prepared)
      } else this.#drop(prepared)
    }
  }
}

/** Undefined for a path that is refused: where the answer is worked out. */
function addressIn({ place }: PreparedHost, path: string): Address | undefined {
  try {
    return addressOf(place, path)
  } catch {
    return undefined
  }
}

const isConditional = (headers: HttpRequest['headers']): boolean =>
  headers['if-modified-since'] !== undefined ||
  headers['if-match'] !== undefined ||
  headers['if-unmodified-since'] !== undefined

const isSame = (a: Place, b: Place): boolean =>
  a.bucket === b.bucket &&
  a.bucketId === b.bucketId &&
  a.region === b.region &&
  a.accountId === b.accountId &&
  a.custom === b.custom

function shared(answer: HttpResponse, { headers, method }: HttpRequest, bucket: Bucket): HttpResponse {
  const { origin } = headers
  if (origin === undefined) return answer
  return { ...answer, headers: [...answer.headers, ...grantedTo(origin, method, bucket)] }
}
