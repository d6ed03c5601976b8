/** What there is of a bucket's delivery tokens: its signing keys, and which tokens were revoked. It needs the bucket, and goes with it. */
import type { Key, MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import { endOf, revokedTokensOfBucket, signingKeyKey, signingKeysOfBucket } from './signing-key-records.ts'

/** How many keys a bucket may have, besides the server's own. */
export const signingKeysMax = 100

/** Sees to it that a bucket is there when something is made for it. */
export interface BucketPresence {
  /** What changes when the bucket goes: to be shared by the transaction. */
  readonly guard: Key
  /** Throws NoSuchBucket where the bucket has gone or is going; in a transaction that has the guard among its own. */
  require(): Promise<unknown>
}

export interface KeyOfBucket {
  readonly id: string
  /** It is the one that the server itself signs with. */
  readonly managed: boolean
}

/** There are never more than a bucket may have, and the server's own. */
export async function signingKeysIn(snapshot: Snapshot, bucketId: string): Promise<KeyOfBucket[]> {
  const start = signingKeysOfBucket(bucketId)
  const entries = await snapshot.scan(start, endOf(start), { limit: signingKeysMax + 1 })
  return entries.map(([key, mark]) => ({ id: idIn(key, start), managed: mark.length > 0 }))
}

/** The id at the end of a key that begins with `start`. */
export const idIn = (key: Key, start: Key): string => Buffer.from(key.subarray(start.length)).toString()

/** All that is to be deleted, as it was when it was looked for. */
export interface TokensOfBucket {
  /** To be held alone by the transaction that deletes. */
  readonly guards: readonly Key[]
  /** Whether the guards are still of all there is: a key made since they were taken is not guarded, and the transaction is to be tried again. */
  areAll(transaction: Transaction): Promise<boolean>
  /** Deletes the keys, and forgets what was revoked: at the latest when the transaction is done, no token opens anything. */
  delete(transaction: Transaction): void
}

export async function tokensOfBucket(store: MetadataStore, bucketId: string): Promise<TokensOfBucket> {
  const [keys, revoked] = [signingKeysOfBucket(bucketId), revokedTokensOfBucket(bucketId)]
  const ids = new Set((await store.read((snapshot) => signingKeysIn(snapshot, bucketId))).map(({ id }) => id))
  return {
    guards: [keys, revoked, ...[...ids].map(signingKeyKey)],
    areAll: async (transaction) => (await signingKeysIn(transaction, bucketId)).every(({ id }) => ids.has(id)),
    delete(transaction) {
      for (const id of ids) transaction.delete(signingKeyKey(id))
      transaction.deleteRange(keys, endOf(keys))
      transaction.deleteRange(revoked, endOf(revoked))
    },
  }
}
