/**
 * Which public key a delivery token names, and whether a token was revoked: asked for each request with a token, and answered from memory
 * while the records are the same. A key that is deleted on any thread of this process is gone at the next request.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Awaitable, Key, MetadataStore } from '../metadata/metadata-store.ts'
import { decodeSigningKey, revokedTokenKey, revokedTokensOfBucket } from './signing-key-records.ts'
import { signingKeyIdForm, signingKeyKey } from './signing-key-records.ts'

/** What verifying a token needs of its key. The same object is found as long as the key's record is the same. */
export interface FoundSigningKey {
  readonly id: string
  /** The one bucket whose tokens it signs. */
  readonly bucketId: string
  readonly publicKey: KeyObject
}

/** Gives the key of that id, of whichever bucket it is; undefined where there is none. Synchronous where the store is. */
export type FindSigningKey = (id: string) => Awaitable<FoundSigningKey | undefined>

/** Which tokens were revoked before they expired, by their `jti`. */
export interface RevokedTokens {
  /** What `isRevoked` answered for a token of the bucket holds while this is the same. */
  stamp(bucketId: string): number
  /** Synchronous where the store is. */
  isRevoked(bucketId: string, jti: string): Awaitable<boolean>
}

interface Entry {
  readonly guard: Key
  /** From before the record was read. */
  readonly stamp: number
  readonly key: FoundSigningKey | undefined
}

/** Keys that do not exist are remembered too, apart from the others, so that asking for them does not push those out. */
export function createFindSigningKey(
  store: MetadataStore,
  { foundMax = 10_000, missingMax = 1000 }: { foundMax?: number; missingMax?: number } = {},
): FindSigningKey {
  const found = new Map<string, Entry>()
  const missing = new Map<string, Entry>()

  function remember(id: string, guard: Key, stamp: number, value: Uint8Array | undefined): FoundSigningKey | undefined {
    const key = value && open(value)
    const [entries, others, max] = key ? [found, missing, foundMax] : [missing, found, missingMax]
    others.delete(id)
    if (entries.size >= max && !entries.has(id)) entries.delete(entries.keys().next().value!)
    entries.set(id, { guard, stamp, key })
    return key
  }

  return (id) => {
    const entry = found.get(id) ?? missing.get(id)
    if (entry !== undefined && store.stamp(entry.guard) === entry.stamp) return entry.key
    if (!signingKeyIdForm.test(id)) return undefined
    const guard = entry?.guard ?? signingKeyKey(id)
    const stamp = store.stamp(guard)
    const value = store.get(guard)
    return value === undefined || value instanceof Uint8Array
      ? remember(id, guard, stamp, value)
      : Promise.resolve(value).then((later) => remember(id, guard, stamp, later))
  }
}

function open(value: Uint8Array): FoundSigningKey {
  const { id, bucketId, publicKey } = decodeSigningKey(value)
  return { id, bucketId, publicKey: createPublicKey(publicKey) }
}

const guardsMax = 10_000

export function createRevokedTokens(store: MetadataStore): RevokedTokens {
  const guards = new Map<string, Key>()
  return {
    stamp(bucketId) {
      let guard = guards.get(bucketId)
      if (guard === undefined) {
        if (guards.size >= guardsMax) guards.clear()
        guards.set(bucketId, (guard = revokedTokensOfBucket(bucketId)))
      }
      return store.stamp(guard)
    },
    isRevoked(bucketId, jti) {
      // Their number is kept where the record of an empty one would be.
      if (jti === '') return false
      const value = store.get(revokedTokenKey(bucketId, jti))
      if (value === undefined) return false
      return value instanceof Uint8Array || Promise.resolve(value).then((later) => later !== undefined)
    },
  }
}
