/** The delivery front over stores in memory, for tests: with a gate of tokens that are words, and a rewriter that writes the token at the end. */
import assert from 'node:assert/strict'
import type { HttpRequest, HttpResponse, Served } from '../http/message.ts'
import type { Bucket } from '../objects/bucket.ts'
import { Buckets } from '../objects/buckets.ts'
import type { SystemMetadata } from '../objects/head.ts'
import { Regions, type Region } from '../objects/regions.ts'
import { makeBed, put as putText, type BedOptions } from '../objects/test-bed.ts'
import { createFindToggles, type ToggleLayer } from '../objects/toggles.ts'
import type { Site } from '../sites/site.ts'
import type { Carry } from './carry.ts'
import { createDeliveryFront, type DeliveryOptions } from './front.ts'
import { TokenRefused, type Asked, type Grant, type RefusalReason, type TokenGate } from './token-gate.ts'

export const accountId = 'a'.repeat(64)
export const otherAccountId = 'b'.repeat(64)
/** The host of the bucket `photos`. */
export const host = 'photos.media-storage.us-east-1.example.com'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly text: string
  readonly served: Served | undefined
  /** It came without a wait. */
  readonly prepared: boolean
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  /** `photos.media-storage.us-east-1.example.com`, unless given. */
  readonly host?: string
  /** By TLS; yes, unless given. */
  readonly secure?: boolean
  readonly remoteAddress?: string
  readonly forwarded?: Partial<HttpRequest['forwarded']>
  readonly body?: string
}

export interface DeliveryBedOptions extends BedOptions, ToggleLayer {
  readonly otherRegions?: readonly Region[]
  readonly sites?: Readonly<Record<string, Site>>
  readonly plaintextAllowed?: boolean
  readonly gate?: TokenGate
  readonly rewrite?: DeliveryOptions['rewrite']
}

export async function makeDelivery(options: DeliveryBedOptions = {}) {
  const bed = makeBed(options)
  const { metadata, objects, clock, random } = bed
  const toggles = createFindToggles(metadata, [{ profile: options.profile, toggles: options.toggles }])
  const buckets = new Buckets(metadata, clock, random, toggles)
  const faults: unknown[] = []
  const carried: Carry[] = []
  const slept: number[] = []
  const sites: Record<string, Site> = { ...options.sites }
  const gate = new WordGate()
  const front = createDeliveryFront({
    ...{ buckets, objects, toggles, clock, random },
    regions: new Regions([{ name: 'us-east-1', aliases: ['home'] }, ...(options.otherRegions ?? [])]),
    domains: ['example.com'],
    gate: options.gate ?? gate,
    findSite: (name) => sites[name],
    rewrite:
      options.rewrite ??
      ((kind, bytes, carry) => {
        carried.push(carry)
        return Buffer.concat([bytes, Buffer.from(`${kind} ${carry.root} ${carry.token}`)])
      }),
    plaintextAllowed: options.plaintextAllowed ?? false,
    sleep: (ms) => {
      slept.push(ms)
      clock.ms += ms
      return Promise.resolve()
    },
    onFault: (error) => faults.push(error),
  })

  async function send(line: string, sent: Sent = {}): Promise<Answer> {
    const request = requestOf(line, sent)
    const answer = front(request)
    const prepared = !(answer instanceof Promise)
    return { ...(await answerOf(await answer)), served: request.served, prepared }
  }

  /** A bucket that everybody reads, unless its settings say otherwise. */
  const makeBucket = (name: string, more: Partial<Bucket> = {}): Promise<Bucket> =>
    buckets.create({ name, accountId, region: 'us-east-1', delivery: { enabled: true, policy: 'public' }, ...more })

  const put = (bucket: Bucket, key: string, text: string, system: SystemMetadata = {}) =>
    putText(bed, bucket, key, text, { system, sizeMax: 2 ** 30 })

  await bed.keyring.ensure()
  const photos = await makeBucket('photos')
  return { ...bed, buckets, photos, front, gate, sites, faults, carried, slept, send, makeBucket, put }
}

export type DeliveryBed = Awaited<ReturnType<typeof makeDelivery>>

/** Words that open what they say: `good` all, `film` what is under `film/`; those in `grants`; all others are refused by their own name. */
export class WordGate implements TokenGate {
  readonly grants = new Map<string, Partial<Grant>>([
    ['good', {}],
    ['film', { uri: 'film' }],
  ])
  readonly asked: string[] = []
  /** Whether a token is thought about. */
  slow = false

  admit(token: string, { bucket, key }: Asked): Grant | Promise<Grant> {
    this.asked.push(`${token} for ${bucket.name}/${key}`)
    if (this.slow) return Promise.resolve().then(() => this.#admit(token, key))
    return this.#admit(token, key)
  }

  #admit(token: string, key: string): Grant {
    const grant = this.grants.get(token)
    if (grant === undefined) throw new TokenRefused(token as RefusalReason, `This token is ${token}.`)
    const { uri = '' } = grant
    if (uri !== '' && key !== uri && !key.startsWith(`${uri}/`))
      throw new TokenRefused('uri', `This token opens ${uri}.`)
    return { expiresMs: undefined, rate: undefined, uri, claims: {}, ...grant }
  }
}

export function requestOf(line: string, sent: Sent = {}): HttpRequest {
  const [method = '', target = ''] = line.split(/ (.*)/s)
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const { headers = {}, secure = true, remoteAddress = '192.0.2.1', body = '' } = sent
  return {
    ...{ id: '0123456789ABCDEF', method, path, query, headers, secure, remoteAddress },
    host: sent.host ?? host,
    rawHeaders: [],
    forwarded: { host: undefined, prefix: undefined, ...sent.forwarded },
    contentLength: Buffer.byteLength(body),
    body: (async function* () {
      if (body !== '') yield Buffer.from(body)
    })(),
    signal: new AbortController().signal,
  }
}

async function answerOf({ status, headers, body = '' }: HttpResponse) {
  assert.equal(headers.length % 2, 0)
  const named: Record<string, string> = {}
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!
    assert.equal(name, name.toLowerCase(), 'names are in lower case, as HTTP/2 wants them')
    assert(!(name in named), `${name} is there twice`)
    named[name] = headers[at + 1]!
  }
  const bytes = await bytesOf(body)
  return { status, headers: named, body: bytes, text: bytes.toString() }
}

async function bytesOf(body: Uint8Array | string | AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body)
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
