/** How far the deletion of a bucket with all that is in it has come. */
import { z } from 'zod'
import { ApiError } from '../base/errors.ts'
import type { Bucket } from '../objects/bucket.ts'
import { showUsage, usage } from './bucket.ts'
import type { Principal } from './principal.ts'
import type { ManagementServices } from './services.ts'
import { unlessMissing } from './unless-missing.ts'

export const emptying = z
  .strictObject({
    bucket: z.string(),
    state: z.enum(['emptying', 'done', 'none']).meta({
      description:
        '`done`: the bucket is gone. `none`: it is not being emptied, or was found to hold something locked.',
    }),
    left: usage.meta({ description: 'What is still to be deleted.' }),
  })
  .meta({ id: 'Emptying' })

export async function progressOf(bucket: Bucket, { buckets }: ManagementServices): Promise<z.input<typeof emptying>> {
  const current = await unlessMissing(buckets.find(bucket.name))
  // Another of that name may have come after it.
  const state = current?.id !== bucket.id ? 'done' : current.deleting === true ? 'emptying' : 'none'
  return { bucket: bucket.name, state, left: showUsage(await buckets.usage(bucket)) }
}

/** The bucket, also where it is being emptied, if it is the caller's. Throws NoSuchBucket. */
export async function bucketOrRest(
  name: string,
  { account }: Principal,
  { buckets }: ManagementServices,
): Promise<Bucket> {
  const bucket = await buckets.find(name)
  if (bucket.accountId === account.id) return bucket
  throw new ApiError('NoSuchBucket', undefined, { details: { BucketName: name } })
}
