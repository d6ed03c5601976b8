/** Puts a delivery token, by its `jti`, on the list of its bucket's tokens that open nothing any more though they have not expired. */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import {
  decodeRevokedToken,
  decodeRevokedTokens,
  encodeRecord,
  endOf,
  revokedTokenKey,
  revokedTokensOfBucket,
} from './signing-key-records.ts'
import type { BucketPresence } from './tokens-of-bucket.ts'

export interface RevokedToken {
  readonly bucketId: string
  readonly presence: BucketPresence
  readonly jti: string
  /** When the token expires, in milliseconds since 1970; absent where it never does. */
  readonly untilMs?: number | undefined
}

/** Longest `jti`, in bytes of UTF-8. */
export const jtiLengthMax = 256
/** How many revoked tokens a bucket may have. */
export const revokedTokensMax = 10_000
/** For how long after its end a token may still be taken for one in force, by the leeway for clocks that differ. */
const leewayMax = 60_000

/**
 * Throws InvalidArgument for a bad `jti` or time, NoSuchBucket where the bucket is not there any more, LimitExceeded where the list is full of tokens
 * that have not expired.
 */
export async function revokeToken(
  store: MetadataStore,
  clock: Clock,
  { bucketId, presence, jti, untilMs }: RevokedToken,
): Promise<void> {
  const length = Buffer.byteLength(jti)
  if (length === 0 || length > jtiLengthMax || !jti.isWellFormed()) {
    throw new ApiError('InvalidArgument', `The jti of a token is a text of 1 to ${jtiLengthMax} bytes.`)
  }
  if (untilMs !== undefined && !Number.isFinite(untilMs)) {
    throw new ApiError('InvalidArgument', 'The time until which a token is revoked is not a time.')
  }
  const guard = revokedTokensOfBucket(bucketId)
  const key = revokedTokenKey(bucketId, jti)
  const record = encodeRecord({ version: 1, untilMs })
  await store.transact({ exclusive: [guard], shared: [presence.guard] }, async (transaction) => {
    await presence.require()
    const known = (await transaction.get(key)) !== undefined
    if (!known) {
      const value = await transaction.get(guard)
      let count = value === undefined ? 0 : decodeRevokedTokens(value).count
      if (count >= revokedTokensMax) count -= await forgetExpired(transaction, guard, clock.now())
      if (count >= revokedTokensMax) {
        const what = `The bucket has ${count} revoked tokens that have not expired`
        throw new ApiError('LimitExceeded', `${what}. Delete their signing key instead.`)
      }
      transaction.set(guard, encodeRecord({ version: 1, count: count + 1 }))
    }
    transaction.set(key, record)
  })
}

/** Gives how many it forgot. */
async function forgetExpired(transaction: Transaction, guard: Uint8Array, nowMs: number): Promise<number> {
  const start = Buffer.concat([guard, Buffer.of(0)])
  let forgotten = 0
  for (const [key, value] of await transaction.scan(start, endOf(guard), { limit: revokedTokensMax })) {
    const { untilMs } = decodeRevokedToken(value)
    if (untilMs === undefined || untilMs + leewayMax > nowMs) continue
    transaction.delete(key)
    forgotten++
  }
  return forgotten
}
