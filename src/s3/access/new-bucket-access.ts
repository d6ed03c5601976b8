/** The ownership controls and the access control list of a bucket that is created. */
import { ApiError } from '../../base/errors.ts'
import { isPrivateAcl, privateAcl, sameAcl } from '../../objects/acl.ts'
import type { Acl } from '../../objects/acl.ts'
import type { Bucket, ObjectOwnership } from '../../objects/bucket.ts'
import type { Services } from '../context.ts'
import { refuseAclHeaders } from './acl-refusal.ts'
import { aclRulesOf, bucketAcl, type AclMode } from './acl-rules.ts'
import { aclOfHeaders, hasGrantHeaders } from './requested-acl.ts'
import type { AclInput, AclServices } from './requested-acl.ts'

export interface NewBucketOptions {
  /** Who creates it. */
  readonly accountId: string
  readonly services: AclServices
}

/**
 * The ownership controls and the ACL of a bucket that is created. Throws InvalidBucketAclWithObjectOwnership where ownership controls switch off the ACLs that are asked
 * for, and as `objectAccess`.
 */
export async function newBucketAccess(
  { ObjectOwnership: ownership, ...input }: AclInput & { readonly ObjectOwnership?: ObjectOwnership | undefined },
  { accountId, services }: NewBucketOptions,
): Promise<{ readonly ownership?: ObjectOwnership; readonly acl?: Acl }> {
  const mode = services.toggles(undefined, accountId).acl
  requireOwnership(ownership, mode)
  const chosen = ownership === undefined ? undefined : { ownership }
  const rules = aclRulesOf({ ownership }, mode)
  if (rules === 'owner-enforced') {
    // A new bucket is private, and may be called so.
    const asksMore = (input.ACL !== undefined && input.ACL !== 'private') || hasGrantHeaders(input)
    if (asksMore) throw new ApiError('InvalidBucketAclWithObjectOwnership')
    return { ...chosen }
  }
  if (rules !== 'full') {
    refuseAclHeaders(input, rules)
    return { ...chosen }
  }
  const acl = await aclOfHeaders(input, { ownerId: accountId, bucketOwnerId: accountId }, services)
  return { ...chosen, ...(acl === undefined || isPrivateAcl(acl) ? undefined : { acl }) }
}

/** Of a bucket that its owner creates again: throws BucketAlreadyExists where that would change its ACL. */
export function requireSameAcl(
  existing: Bucket,
  wanted: Acl | undefined,
  { toggles }: Pick<Services, 'toggles'>,
): void {
  if (sameAcl(bucketAcl(existing, toggles(existing).acl), wanted ?? privateAcl(existing.accountId))) return
  throw new ApiError('BucketAlreadyExists', undefined, { details: { BucketName: existing.name } })
}

/** Throws NotImplemented for ownership controls that need ACLs where there never are any. */
export function requireOwnership(ownership: ObjectOwnership | undefined, mode: AclMode): void {
  const needsAcls = ownership !== undefined && ownership !== 'BucketOwnerEnforced'
  if (needsAcls && (mode === 'bucket-private' || mode === 'get-only')) {
    throw new ApiError(
      'NotImplemented',
      `Objects always belong to the owner of their bucket here; ${ownership} does not.`,
    )
  }
}
