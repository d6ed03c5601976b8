/**
 * The answer to a GET or HEAD that may be answered: the object found, its representation chosen (as stored, compressed, or with a token in it),
 * conditions and ranges held against that, and the bytes.
 */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { failedReadCondition, readConditionsOf, type Validators } from '../http/conditions.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { multipartRanges } from '../http/multipart-ranges.ts'
import { ifRangeHolds, parseRanges, type ByteRange } from '../http/range.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Head } from '../objects/head.ts'
import type { Objects } from '../objects/objects.ts'
import type { Carry } from './carry.ts'
import { describe, headersOf, validatorsOf, varyOf, type Description, type Told } from './description.ts'
import { Refusal } from './refuse.ts'
import { Representations } from './representations.ts'
import type { PlaylistRewriter } from './rewritings.ts'
import { throttled, type Pace } from './throttle.ts'
import type { Grant } from './token-gate.ts'

export interface DeliverOptions {
  readonly objects: Objects
  readonly rewrite: PlaylistRewriter
  readonly clock: Clock
  readonly random: Random
  readonly sleep: Pace['sleep']
}

/** What is to be delivered, to somebody who may have it. */
export interface Order {
  readonly request: HttpRequest
  readonly bucket: Bucket
  readonly key: string
  /** The request carried a token, whether one was needed or not. */
  readonly carried: boolean
  /** Where one was needed: what it grants. */
  readonly grant: Grant | undefined
  /** Where playlists are to carry the token on. */
  readonly carry: Carry | undefined
}

/** How often a version may be replaced, and its bytes be gone, between being found and being read. */
const attemptsMax = 5
export class Deliverer {
  readonly #objects: Objects
  readonly #clock: Clock
  readonly #random: Random
  readonly #pace: Pace
  readonly #representations: Representations

  constructor({ objects, clock, random, rewrite, sleep }: DeliverOptions) {
    this.#objects = objects
    this.#clock = clock
    this.#random = random
    this.#pace = { clock, sleep }
    this.#representations = new Representations(rewrite)
  }

  /** Throws Refusal and ApiError: NoSuchKey, InvalidRange, PreconditionFailed, SlowDown. */
  async deliver(order: Order): Promise<HttpResponse> {
    const { bucket, key } = order
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      // 1. The version.
      const known = this.#objects.heads.cached(bucket, key)
      const head = known?.head ?? (await this.#objects.heads.find(bucket, key))
      if (head === undefined) throw noSuchKey(order)
      if (head.encryption?.kind === 'SSE-C')
        throw new Refusal(
          403,
          'AccessDenied',
          'Its owner encrypted this with a key of their own: it is read by S3 only.',
        )
      const answer = await this.#answer(order, head, known?.body !== undefined, known !== undefined)
      if (answer !== undefined) return answer
    }
    throw new ApiError('SlowDown')
  }

  /** Undefined where the version was replaced meanwhile and its bytes are gone. */
  async #answer(order: Order, head: Head, bodyKnown: boolean, headKnown: boolean): Promise<HttpResponse | undefined> {
    const { request, bucket, key, grant } = order
    // 2. The representation.
    const description = describe(head, key)
    const wanted = { request, head, description, carry: order.carry, inMemory: bodyKnown }
    const representation = this.#representations.choose(wanted, () => this.#readWhole(order, head))
    const { etag, coding, bytes: made } = representation
    const held = grant !== undefined
    const told: Told = {
      bucket,
      etag,
      coding,
      carried: order.carried,
      held,
      leftSeconds: this.#left(grant),
      hit: headKnown,
    }
    // 3. Conditions.
    const current = { etag, modifiedMs: head.modifiedMs, size: head.size }
    if (isUnchanged(request, current)) {
      const headers = validatorsOf(head, description, told)
      return { status: 304, headers, body: undefined }
    }
    // 4. The bytes, where they are not those that are stored.
    const bytes = made && (await made())
    if (made !== undefined && bytes === undefined) return undefined
    const whole = { ...told, hit: headKnown && (representation.hit || request.method === 'HEAD') }
    const source: Source = { order, head, description, told: whole, bytes, size: bytes?.length ?? head.size }
    // 5. Ranges.
    const ranges = rangesOf(request, { ...current, size: source.size })
    if (ranges === 'whole') return this.#whole(source)
    return 'start' in ranges ? this.#range(source, ranges) : this.#ranges(source, ranges)
  }

  async #whole(source: Source): Promise<HttpResponse | undefined> {
    const { head, description, told, size } = source
    const headers = headersOf(head, description, told)
    headers.push('content-length', String(size))
    return this.#send(source, 200, headers, { start: 0, end: size })
  }

  async #range(source: Source, range: ByteRange): Promise<HttpResponse | undefined> {
    const { head, description, told, size } = source
    const headers = headersOf(head, description, told)
    headers.push('content-length', String(range.end - range.start))
    headers.push('content-range', `bytes ${range.start}-${range.end - 1}/${size}`)
    return this.#send(source, 206, headers, range)
  }

  async #send(source: Source, status: number, headers: string[], range: ByteRange): Promise<HttpResponse | undefined> {
    if (source.order.request.method === 'HEAD') return { status, headers, body: undefined }
    const body = await this.#read(source, range)
    return body && { status, headers, body: this.#paced(body, source.order.grant) }
  }

  async #ranges(source: Source, ranges: readonly ByteRange[]): Promise<HttpResponse | undefined> {
    const { order, head, description, told, size } = source
    // What is kept in one piece is read before the answer begins: only then can it be found to be gone.
    const inOnePiece = source.bytes === undefined && head.extent.kind === 'body'
    const bytes = inOnePiece ? await this.#readWhole(order, head) : source.bytes
    if (inOnePiece && bytes === undefined) return undefined
    const { contentType, contentLength, body } = multipartRanges({
      ranges,
      size,
      contentType: description.contentType,
      boundary: this.#random.bytes(16).toString('hex'),
      read: (range) => this.#stream({ ...source, bytes }, range),
    })
    const headers = headersOf(head, description, told, contentType)
    headers.push('content-length', String(contentLength))
    return { status: 206, headers, body: this.#paced(body, order.grant) }
  }

  async *#stream(source: Source, range: ByteRange): AsyncGenerator<Uint8Array> {
    const body = await this.#read(source, range)
    if (body === undefined) throw new Error(`The bytes of ${source.order.key} went while it was sent in ranges`)
    if (body instanceof Uint8Array) yield body
    else yield* body
  }

  async #read({ order, head, bytes }: Source, range: ByteRange) {
    if (bytes !== undefined) return bytes.subarray(range.start, range.end)
    return this.#objects.read({ bucket: order.bucket, key: order.key, head }, range)
  }

  /** For what is bounded: playlists, and what is compressed. */
  async #readWhole({ bucket, key }: Order, head: Head): Promise<Uint8Array | undefined> {
    const body = await this.#objects.read({ bucket, key, head }, { start: 0, end: head.size })
    if (body === undefined || body instanceof Uint8Array) return body
    const whole = Buffer.allocUnsafe(head.size)
    let at = 0
    for await (const chunk of body) {
      whole.set(chunk, at)
      at += chunk.length
    }
    if (at !== head.size) throw new Error(`${key} has ${at} bytes, not ${head.size}`)
    return whole
  }

  #paced(body: Uint8Array | AsyncIterable<Uint8Array>, grant: Grant | undefined) {
    if (grant?.rate === undefined || (body instanceof Uint8Array && body.length <= grant.rate / 10)) return body
    return throttled(body, grant.rate, this.#pace)
  }

  #left(grant: Grant | undefined): number | undefined {
    return grant?.expiresMs === undefined ? undefined : Math.floor((grant.expiresMs - this.#clock.now()) / 1000)
  }
}

interface Source {
  readonly order: Order
  readonly head: Head
  readonly description: Description
  readonly told: Told
  /** Where they are not those that are stored, or have been read already. */
  readonly bytes: Uint8Array | undefined
  readonly size: number
}

/** For everybody alike, a key that is not there may be there a moment later. */
function noSuchKey({ grant, bucket }: Order): Refusal {
  const vary = varyOf(bucket, false)
  const headers = grant === undefined ? ['cache-control', 'public, max-age=5'] : []
  if (vary !== undefined) headers.push('vary', vary)
  return new Refusal(404, 'NoSuchKey', 'There is nothing under this name.', headers)
}

/** True where what the client has is still good. Throws PreconditionFailed. */
function isUnchanged({ headers }: HttpRequest, current: Validators): boolean {
  const failed = failedReadCondition(readConditionsOf(headers), current)
  if (failed === undefined) return false
  if (failed === 'If-None-Match' || failed === 'If-Modified-Since') return true
  throw new ApiError('PreconditionFailed')
}

/** Ranges are of GET alone (RFC 9110 14.2). Throws InvalidRange. */
function rangesOf({ method, headers }: HttpRequest, current: Validators): ReturnType<typeof parseRanges> {
  const { range } = headers
  const ifRange = headers['if-range']
  if (method !== 'GET' || range === undefined) return 'whole'
  if (ifRange !== undefined && !ifRangeHolds(ifRange, current)) return 'whole'
  return parseRanges(range, current.size)
}
