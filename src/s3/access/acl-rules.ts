/** Which rules for access control lists a bucket follows, and the ACLs that are then in force. */
import { privateAcl } from '../../objects/acl.ts'
import type { Acl } from '../../objects/acl.ts'
import type { Bucket } from '../../objects/bucket.ts'
import type { Toggles } from '../../objects/profile.ts'

/** As the toggle `acl` has it. */
export type AclMode = Toggles['acl']

/**
 * The mode that a bucket's ownership controls leave. `owner-enforced` is AWS's BucketOwnerEnforced, chosen for the bucket, where even `private` is
 * refused; in `enforced` it is what holds by default, and clients that send `private` always are let be.
 */
export type AclRules = AclMode | 'owner-enforced'

/** As in AWS, ownership controls switch ACLs off on a bucket, and on again where they are off by default. */
export function aclRulesOf({ ownership }: Pick<Bucket, 'ownership'>, mode: AclMode): AclRules {
  if (ownership === 'BucketOwnerEnforced') return 'owner-enforced'
  return mode === 'enforced' && ownership !== undefined ? 'full' : mode
}

export const bucketAcl = (bucket: Pick<Bucket, 'acl' | 'accountId' | 'ownership'>, mode: AclMode): Acl =>
  (aclRulesOf(bucket, mode) === 'full' ? bucket.acl : undefined) ?? privateAcl(bucket.accountId)

/** The object's ACL as it is in force. Without ACLs of objects it is the bucket's, whose account owns all objects. */
export function objectAcl(bucket: Bucket, { ownerId, acl }: ObjectAccess, mode: AclMode): Acl {
  if (aclRulesOf(bucket, mode) !== 'full') return privateAcl(bucket.accountId)
  return acl ?? privateAcl(ownerId ?? bucket.accountId)
}

/** What an object's record keeps of who may what. */
export interface ObjectAccess {
  /** The account that owns it, where that is not the bucket's. */
  readonly ownerId?: string | undefined
  /** Where it is not private. */
  readonly acl?: Acl | undefined
}
