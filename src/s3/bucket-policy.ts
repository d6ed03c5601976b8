/** What is asked of a bucket policy beside what it allows: whether it may be put, and whether the bucket is public. */
import { ApiError } from '../base/errors.ts'
import { evaluate } from '../access/policy/evaluate.ts'
import { isPublic } from '../access/policy/is-public.ts'
import { parsePolicy } from '../access/policy/parse-policy.ts'
import type { Policy, Principal } from '../access/policy/policy.ts'
import { isPublicAcl } from '../objects/acl.ts'
import type { Bucket } from '../objects/bucket.ts'
import { aclRulesOf, bucketAcl, type AclMode } from './access/acl-rules.ts'
import type { Context } from './context.ts'

/** Throws AccessDenied for a public policy where those are blocked (BlockPublicPolicy). */
export function refuseBlockedPolicy({ publicAccessBlock }: Pick<Bucket, 'publicAccessBlock'>, policy: Policy): void {
  if (publicAccessBlock?.blockPublicPolicy === true && isPublic(policy)) throw new ApiError('AccessDenied')
}

/**
 * Throws MethodNotAllowed for all but the owner's account, whatever the policy allows: else a bucket that is open to everybody would have the policy
 * that anybody likes (PutBucketPolicy: "…if you're not using an identity that belongs to the bucket owner's account").
 */
export function requireOwnersAccount({ identity, bucket }: Pick<Context, 'identity' | 'bucket'>): void {
  if (identity?.accountId !== bucket.accountId) throw new ApiError('MethodNotAllowed')
}

/**
 * Throws InvalidRequest where a user would lose the right to change the policy again, and has not confirmed that (PutBucketPolicy,
 * x-amz-confirm-remove-self-bucket-access). The root of the bucket's account cannot lose it.
 */
export function refuseLockingOut(
  { name }: Pick<Bucket, 'name'>,
  policy: Policy,
  principal: Principal | undefined,
): void {
  if (principal?.user === undefined) return
  const request = { principal, action: 's3:PutBucketPolicy', resource: name, context: undefined }
  if (evaluate(policy, request) !== 'Deny') return
  throw new ApiError(
    'InvalidRequest',
    'The policy denies you to change it again. To put it all the same, send x-amz-confirm-remove-self-bucket-access: true.',
  )
}

/** Whether anybody may do something in the bucket. Throws NoSuchBucketPolicy where there is no policy, and no ACL that could say so either. */
export function isPublicBucket(bucket: Bucket, mode: AclMode): boolean {
  if (bucket.policy === undefined && aclRulesOf(bucket, mode) !== 'full') throw noSuchPolicy(bucket)
  return isPublicByAcl(bucket, mode) || isPublicByPolicy(bucket)
}

/** What lets anybody do something in the bucket; null where nothing does. */
export function publicBy(bucket: Bucket, mode: AclMode): 'policy' | 'acl' | null {
  // RestrictPublicBuckets lets a public policy be, and heeds it for nobody but the owner's account.
  if (bucket.publicAccessBlock?.restrictPublicBuckets !== true && isPublicByPolicy(bucket)) return 'policy'
  return isPublicByAcl(bucket, mode) ? 'acl' : null
}

const isPublicByAcl = (bucket: Bucket, mode: AclMode): boolean =>
  bucket.publicAccessBlock?.ignorePublicAcls !== true && isPublicAcl(bucketAcl(bucket, mode))

const isPublicByPolicy = ({ policy, name }: Bucket): boolean =>
  policy !== undefined && isPublic(parsePolicy(policy, 'bucket', name, { lenient: true }))

export const noSuchPolicy = ({ name }: Pick<Bucket, 'name'>): ApiError =>
  new ApiError('NoSuchBucketPolicy', undefined, { details: { BucketName: name } })
