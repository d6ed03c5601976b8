/** A bucket as CORS asks for it: where it is not there, it shares nothing. */
import { ApiError } from '../../base/errors.ts'
import type { Bucket } from '../../objects/bucket.ts'
import type { Buckets } from '../../objects/buckets.ts'

export type BucketsFound = Pick<Buckets, 'cached' | 'get'>

/** Undefined for a bucket that is not there. */
export async function findBucket(buckets: BucketsFound, name: string): Promise<Bucket | undefined> {
  try {
    return buckets.cached(name) ?? (await buckets.get(name))
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NoSuchBucket') return undefined
    throw error
  }
}
