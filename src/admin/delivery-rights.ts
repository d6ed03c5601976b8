/** What a user's policies deny in S3, delivery must not give: who may not read a bucket makes no links to it, nor opens it to everybody. */
import type { Bucket } from '../objects/bucket.ts'
import type { Principal } from './principal.ts'
import type { ManagementRequest, ManagementServices } from './services.ts'

/** Throws AccessDenied for who may not read all that is in the bucket: a signing key opens no less. */
export async function requireReading(
  bucket: Bucket,
  principal: Principal,
  { s3Rights }: ManagementServices,
  request: ManagementRequest,
): Promise<void> {
  // An owner could take back whatever policy is in the way.
  if (principal.role !== 'owner') await s3Rights.onObjects('s3:GetObject', bucket, principal, request)
}

/** Throws AccessDenied for who may not say who reads the bucket. */
export async function requireSharing(
  bucket: Bucket,
  principal: Principal,
  { s3Rights }: ManagementServices,
  request: ManagementRequest,
): Promise<void> {
  if (principal.role !== 'owner') await s3Rights.onBucket('s3:PutBucketPolicy', bucket, principal, request)
}
