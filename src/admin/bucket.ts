/** Buckets as management shows them. */
import { z } from 'zod'
import type { Bucket } from '../objects/bucket.ts'
import type { Usage } from '../objects/buckets.ts'
import { deliveryOf } from '../objects/delivery-settings.ts'
import { count, showTime, timestamp } from './schemas.ts'
import type { ManagementServices } from './services.ts'
import { streamIdOf } from './signing-key.ts'

/** What is in a bucket, exact at one moment: nothing is scanned for it. */
export const usage = z
  .strictObject({
    objects: count,
    bytes: count,
    versions: count.meta({ description: 'Noncurrent versions and delete markers.' }),
    version_bytes: count,
    deleted: count.meta({ description: 'What was deleted and can be had back.' }),
    deleted_bytes: count,
    unfinished_bytes: count.meta({ description: 'Of multipart uploads that are not complete.' }),
  })
  .meta({ id: 'Contents' })

export const showUsage = (held: Usage): z.input<typeof usage> => ({
  objects: held.objects,
  bytes: held.bytes,
  versions: held.versions,
  version_bytes: held.versionBytes,
  deleted: held.deleted,
  deleted_bytes: held.deletedBytes,
  unfinished_bytes: held.unfinishedBytes,
})

export const quota = z
  .strictObject({ bytes_max: count.nullable(), objects_max: count.nullable() })
  .meta({ id: 'Quota', description: 'Null: no limit.' })

export const bucket = z
  .strictObject({
    name: z.string(),
    region: z.string(),
    created: timestamp,
    stream_id: z.string().meta({ description: 'Another name of the bucket, for signing keys.' }),
    delivery_enabled: z.boolean(),
    policy: z.enum(['public', 'authenticated']).meta({ description: 'Who may read it through delivery.' }),
    public_in_s3: z.enum(['policy', 'acl']).nullable().meta({
      description: "What of S3's own lets anybody do something in it, whatever delivery does: its policy or its ACL.",
    }),
    delivery_url: z.string(),
    s3_url: z.string(),
    versioning: z.enum(['Enabled', 'Suspended']).nullable(),
    object_lock: z.boolean(),
    quota,
    usage,
  })
  .meta({ id: 'Bucket' })

export function showBucket(held: Bucket, contents: Usage, services: ManagementServices): z.input<typeof bucket> {
  const { enabled, policy } = deliveryOf(held)
  const { origins } = services
  return {
    name: held.name,
    region: held.region,
    created: showTime(held.createdMs),
    stream_id: streamIdOf(held),
    delivery_enabled: enabled,
    policy,
    public_in_s3: services.publicInS3(held),
    delivery_url: origins.delivery(held),
    s3_url: `${origins.s3(held.region)}/${held.name}`,
    versioning: held.versioning ?? null,
    object_lock: held.objectLock !== undefined,
    quota: { bytes_max: held.quota?.bytesMax ?? null, objects_max: held.quota?.objectsMax ?? null },
    usage: showUsage(contents),
  }
}

/** As shown, with what it holds now. */
export const showBucketNow = async (held: Bucket, services: ManagementServices) =>
  showBucket(held, await services.buckets.usage(held), services)
