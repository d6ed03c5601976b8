/** Signing keys as management shows them (Qencode, "Signed URLs"). */
import { z } from 'zod'
import type { SigningKey } from '../access/signing-keys.ts'
import { ApiError } from '../base/errors.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Principal } from './principal.ts'
import { showTime, timestamp, uuid } from './schemas.ts'
import type { ManagementServices } from './services.ts'
import { unlessMissing } from './unless-missing.ts'

const shown = {
  /** One of the three: the one that the key was asked for by. */
  bucket: z.string().optional(),
  bucket_name: z.string().optional(),
  stream_id: z.string().optional(),
  created: timestamp,
  id: uuid,
  name: z.string().nullable(),
}

export const signingKey = z
  .strictObject({
    ...shown,
    managed: z
      .literal(true)
      .optional()
      .meta({ description: 'The server signs with it itself, for links made in the console.' }),
  })
  .meta({ id: 'SigningKey' })

export const newSigningKey = z.strictObject({ ...shown, private_key: z.string() }).meta({ id: 'NewSigningKey' })

export const showSigningKey = ({ id, target, createdAt, name, managed }: SigningKey) => ({
  [target.kind]: target.value,
  created: showTime(createdAt),
  id,
  name,
  ...(managed && { managed: true as const }),
})

/** The key, if it is of a bucket of the caller's. Throws NoSuchEntity. */
export async function signingKeyOf(
  id: string,
  { account }: Principal,
  { signingKeys }: ManagementServices,
): Promise<SigningKey> {
  const key = await signingKeys.get(id)
  if (key?.accountId === account.id) return key
  throw new ApiError('NoSuchEntity', `There is no signing key ${JSON.stringify(id)}.`)
}

/** Keys of the account's buckets, by the names of the buckets; `after` is a bucket's name, `/`, and a key's id. */
export async function signingKeysOfAccount(
  { limit, after = '' }: { readonly limit: number; readonly after?: string | undefined },
  { account }: Principal,
  { buckets, signingKeys }: ManagementServices,
): Promise<{ readonly keys: readonly SigningKey[]; readonly next: string | null }> {
  const keys: SigningKey[] = []
  const [name = '', keyId] = after.split('/')
  let from = keyId === undefined ? undefined : { name, keyId }
  for await (const bucket of bucketsFrom(buckets, account.id, from?.name)) {
    const afterKey = from?.name === bucket.name ? from.keyId : undefined
    for (const key of await signingKeys.list(bucket.id, { after: afterKey, limit: limit + 1 - keys.length })) {
      // One more than asked for says that there are more.
      if (keys.length === limit) return { keys, next: `${from!.name}/${keys.at(-1)!.id}` }
      from = { name: bucket.name, keyId: key.id }
      keys.push(key)
    }
  }
  return { keys, next: null }
}

/** The account's buckets by name, from the one of the name on. */
async function* bucketsFrom(
  buckets: ManagementServices['buckets'],
  accountId: string,
  name: string | undefined,
): AsyncGenerator<Bucket> {
  if (name !== undefined) {
    const first = await unlessMissing(buckets.get(name))
    if (first?.accountId === accountId) yield first
  }
  let after = name
  for (;;) {
    const page = await buckets.list({ accountId, after, limit: 1000 })
    yield* page
    if (page.length < 1000) return
    after = page.at(-1)!.name
  }
}

/**
 * Buckets as Qencode's samples name them, by a UUID: version 8 (RFC 9562 5.8), with the bucket's id in its first and last bytes, so that it
 * need not be kept anywhere.
 */
export function streamIdOf({ id }: Pick<Bucket, 'id'>): string {
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-8000-8000-00000000${id.slice(12, 16)}`
}

/** Throws NoSuchEntity where the caller has no bucket of that stream id. */
export async function bucketOfStream(
  streamId: string,
  { account }: Principal,
  { buckets }: ManagementServices,
): Promise<Bucket> {
  for await (const bucket of bucketsFrom(buckets, account.id, undefined)) {
    if (streamIdOf(bucket) === streamId.toLowerCase()) return buckets.get(bucket.name)
  }
  throw new ApiError('NoSuchEntity', `There is no stream or bucket ${JSON.stringify(streamId)}.`)
}
