/** What tests of tokens need: a store with the keys of two buckets, tokens of any kind, requests, and a clock that is set by hand. */
import assert from 'node:assert/strict'
import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { createFindSigningKey, createRevokedTokens } from '../access/find-signing-key.ts'
import { MasterKey } from '../access/sealing.ts'
import { SigningKeys, type NewSigningKey } from '../access/signing-keys.ts'
import type { Clock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import type { HttpRequest } from '../http/message.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { Bucket } from '../objects/bucket.ts'
import { togglesOfProfile } from '../objects/profile.ts'
import { TokenRefused, type Asked, type Grant, type RefusalReason, type TokenGate } from './token-gate.ts'
import { createTokenGate, type TokenGateOptions } from './token-verifier.ts'

/** 2026-09-21T14:13:20Z. */
export const now = 1_790_000_000_000
export const nowSeconds = now / 1000

export const photos: Bucket = {
  id: '0123456789abcdef',
  name: 'photos',
  accountId: 'a'.repeat(64),
  region: 'us-east-1',
  createdMs: 0,
}
export const videos: Bucket = { ...photos, id: 'fedcba9876543210', name: 'videos' }
export const ofOthers: Bucket = { ...photos, id: '00000000000000ff', name: 'others', accountId: 'b'.repeat(64) }

export interface Signer {
  readonly id: string
  readonly publicKeyPem: string
  readonly privateKey: KeyObject
}

export const signerOf = ({ id, publicKeyPem, privateKeyPem }: NewSigningKey): Signer => ({
  id,
  publicKeyPem,
  privateKey: createPrivateKey(privateKeyPem.reveal()),
})

export const newKey = (keys: SigningKeys, bucket: Bucket): Promise<NewSigningKey> => keys.create(requestOf(bucket))

/** What a key of the bucket is asked for with. */
export const requestOf = (bucket: Bucket) =>
  ({
    bucketId: bucket.id,
    accountId: bucket.accountId,
    target: { kind: 'bucket', value: bucket.name },
    presence: { guard: Buffer.from(bucket.name), require: () => Promise.resolve() },
  }) as const

export interface Bed {
  readonly store: MetadataStore
  readonly keys: SigningKeys
  /** `timeMs` is the time it is. */
  readonly clock: Clock & { timeMs: number }
  readonly gate: TokenGate
  /** Another thread's gate over the same records. */
  newGate(options?: Partial<TokenGateOptions> & { readonly uriRequired?: boolean }): TokenGate
}

export function makeBed(): Bed {
  const store = createMemoryStore()
  const clock = { timeMs: now, now: () => clock.timeMs, monotonic: () => 0 }
  const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
  const newGate: Bed['newGate'] = ({ uriRequired = false, ...options } = {}) => {
    const toggles = { ...togglesOfProfile('aws'), 'delivery.requireUri': uriRequired }
    return createTokenGate({
      findSigningKey: createFindSigningKey(store),
      revokedTokens: createRevokedTokens(store),
      toggles: () => toggles,
      clock,
      ...options,
    })
  }
  const keys = new SigningKeys({ store, clock, random: systemRandom, masterKey })
  return { store, keys, clock, newGate, gate: newGate() }
}

export const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token as a customer would make it; members of `header` replace those of a good one, undefined takes one away. */
export function makeToken(signer: Signer, payload: unknown, header: Readonly<Record<string, unknown>> = {}): string {
  return signParts(signer, { alg: 'RS256', typ: 'JWT', kid: signer.id, ...header }, payload)
}

/** Header and payload as they are, as JSON unless they are texts, with a good signature. */
export function signParts(signer: Signer, header: unknown, payload: unknown): string {
  const signed = `${base64url(header)}.${base64url(payload)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), signer.privateKey).toString('base64url')}`
}

const nothing: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {},
}

export interface AskedFor {
  readonly bucket?: Bucket
  /** As sent: the key of the token's request, percent-encoded, with a slash before it. */
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly address?: string
}

/** A request as the front asks about it: its path, decoded once, is the key. */
export function ask({
  bucket = photos,
  path = '/a/b.mp4',
  method = 'GET',
  headers = {},
  address,
}: AskedFor = {}): Asked {
  const request: HttpRequest = {
    id: '0123456789ABCDEF',
    method,
    path,
    query: '',
    headers,
    rawHeaders: [],
    host: 'photos.media-storage.us-east-1.example.com',
    forwarded: { host: undefined, prefix: undefined },
    secure: true,
    remoteAddress: address ?? '192.0.2.1',
    contentLength: 0,
    body: nothing,
    signal: new AbortController().signal,
  }
  return { bucket, key: decodeURIComponent(path.slice(1)), request }
}

export const admit = async (gate: TokenGate, token: string, askedFor?: AskedFor): Promise<Grant> =>
  gate.admit(token, ask(askedFor))

/** Asserts that the token is refused, twice, for that reason, in a sentence that holds nothing of the token's own text; gives the sentence. */
export async function refused(
  gate: TokenGate,
  token: string,
  reason: RefusalReason,
  askedFor?: AskedFor,
  note?: string,
): Promise<string> {
  let message = ''
  for (const round of ['first', 'again']) {
    const outcome: unknown = await admit(gate, token, askedFor).catch((error: unknown) => error)
    assert(outcome instanceof TokenRefused, `${note ?? reason}, ${round}: ${JSON.stringify(outcome)} is not a refusal`)
    assert.equal(outcome.reason, reason, `${note ?? ''} ${round}: ${outcome.message}`)
    for (const part of token.split('.')) if (part.length > 8) assert(!outcome.message.includes(part))
    message = outcome.message
  }
  return message
}
