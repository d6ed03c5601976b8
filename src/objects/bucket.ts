/** A bucket, as its record keeps it: what it is, and all that has been configured on it. */
import type { Quota } from '../access/quota.ts'
import type { Value } from '../metadata/metadata-store.ts'
import type { Acl } from './acl.ts'
import type { CorsRule } from './cors-rule.ts'
import type { DeliverySettings } from './delivery-settings.ts'
import type { BucketId } from './keys.ts'
import type { LifecycleConfiguration } from './lifecycle/rule.ts'
import type { LockMode } from './lock.ts'

export interface Bucket {
  readonly id: BucketId
  /** As created; unique in lower case over all accounts. */
  readonly name: string
  readonly accountId: string
  readonly region: string
  /** The LocationConstraint it was created with, where there was one. */
  readonly locationConstraint?: string | undefined
  readonly createdMs: number
  /** Absent where versioning has never been enabled. */
  readonly versioning?: 'Enabled' | 'Suspended' | undefined
  /** There where object lock is enabled, which cannot be undone. */
  readonly objectLock?: ObjectLock | undefined
  /** What new objects are encrypted with where their request does not say: SSE-S3, or nothing. */
  readonly encryption?: BucketEncryption | undefined
  /** The bucket policy, as it was put. */
  readonly policy?: string | undefined
  readonly publicAccessBlock?: PublicAccessBlock | undefined
  readonly ownership?: ObjectOwnership | undefined
  readonly acl?: Acl | undefined
  readonly cors?: readonly CorsRule[] | undefined
  readonly lifecycle?: LifecycleConfiguration | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** For how many days what is deleted or replaced can be had back; absent: not at all. */
  readonly softDeleteDays?: number | undefined
  /** Name of the compatibility profile, where the bucket has one of its own. */
  readonly profile?: string | undefined
  /** Toggles set on this bucket alone, over its profile. */
  readonly toggles?: Readonly<Record<string, string | number | boolean | null>> | undefined
  /** How it is read through delivery; buckets older than delivery have none. */
  readonly delivery?: DeliverySettings | undefined
  /** The most that it may hold. */
  readonly quota?: Quota | undefined
  /** It is being emptied, to be deleted: nothing is written into it any more. */
  readonly deleting?: boolean | undefined
}

export interface ObjectLock {
  readonly defaultRetention?: { readonly mode: LockMode; readonly days?: number; readonly years?: number } | undefined
}

export interface BucketEncryption {
  readonly algorithm: 'AES256'
  readonly bucketKeyEnabled?: boolean | undefined
}

export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean
  readonly ignorePublicAcls: boolean
  readonly blockPublicPolicy: boolean
  readonly restrictPublicBuckets: boolean
}

export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter'

const format = 1

export const encodeBucket = (bucket: Bucket): Value => Buffer.from(JSON.stringify({ format, ...bucket }))

export function decodeBucket(value: Value): Bucket {
  const { format: stored, ...bucket } = JSON.parse(Buffer.from(value).toString('utf8')) as Bucket & { format: number }
  if (stored !== format) throw new Error(`A bucket's record of format ${stored} cannot be read by this version`)
  return bucket
}
