/** The bucket that a management request names, if it is the caller's. */
import { ApiError } from '../base/errors.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Principal } from './principal.ts'
import type { ManagementServices } from './services.ts'

/** Throws NoSuchBucket, for a bucket of another account too: whose it is, is nobody else's business. */
export async function bucketOf(name: string, { account }: Principal, { buckets }: ManagementServices): Promise<Bucket> {
  const bucket = await buckets.get(name)
  if (bucket.accountId === account.id) return bucket
  throw new ApiError('NoSuchBucket', undefined, { details: { BucketName: name } })
}
