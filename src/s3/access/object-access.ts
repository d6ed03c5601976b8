/** Who owns an object that a request writes, and its access control list, by the rules of the bucket. */
import { isPrivateAcl, privateAcl } from '../../objects/acl.ts'
import type { Acl } from '../../objects/acl.ts'
import type { Bucket } from '../../objects/bucket.ts'
import type { Context } from '../context.ts'
import { refuseAclHeaders, refuseBlocked } from './acl-refusal.ts'
import { aclRulesOf, type ObjectAccess } from './acl-rules.ts'
import { aclOfHeaders, hasGrantHeaders } from './requested-acl.ts'
import type { AclInput, AclServices } from './requested-acl.ts'

const bucketOwners: ObjectAccess = Object.freeze({})

/** What is needed of the input of an operation that writes an object. */
export interface WriteInput extends AclInput {
  readonly Key: string
}

/** What is needed of a handler's context. */
export interface WriteContext extends Pick<Context, 'bucket' | 'identity' | 'authorizeNew'> {
  readonly services: AclServices
}

/**
 * Who owns an object that is written (PutObject, CopyObject, CreateMultipartUpload, POST), and its ACL: to be kept with its head. A promise only where the
 * request names accounts. Throws as the rules of the bucket have it: AccessControlListNotSupported, InvalidArgument, NotImplemented;
 * AccessDenied where public ACLs are blocked, or the request may write but not say who else may read (PutObject: "you must have the
 * s3:PutObjectAcl"); and what `aclOfHeaders` throws.
 */
export function objectAccess(input: WriteInput, context: WriteContext): ObjectAccess | Promise<ObjectAccess> {
  const { bucket, identity, services } = context
  const rules = aclRulesOf(bucket, services.toggles(bucket).acl)
  if (rules !== 'full') {
    refuseAclHeaders(input, rules)
    return bucketOwners
  }
  // What nobody known writes belongs to who pays for it.
  const accountId = identity?.accountId ?? bucket.accountId
  const asksNothing = input.ACL === undefined && !hasGrantHeaders(input)
  if (asksNothing) return accountId === bucket.accountId ? bucketOwners : { ownerId: accountId }
  return requestedAccess(input, accountId, context)
}

async function requestedAccess(input: WriteInput, accountId: string, context: WriteContext): Promise<ObjectAccess> {
  const { bucket, services } = context
  const given = bucket.ownership === 'BucketOwnerPreferred' && input.ACL === 'bucket-owner-full-control'
  const ownerId = given ? bucket.accountId : accountId
  const acl = await aclOfHeaders(input, { ownerId, bucketOwnerId: bucket.accountId }, services)
  const asked = acl ?? privateAcl(ownerId)
  if (!isPrivateAcl(asked)) context.authorizeNew('s3:PutObjectAcl', input.Key)
  return kept(bucket, asked)
}

/** As the object's head keeps it. Throws AccessDenied for a public ACL where those are blocked. */
function kept(bucket: Bucket, acl: Acl): ObjectAccess {
  refuseBlocked(bucket, acl)
  return {
    ...(acl.ownerId === bucket.accountId ? undefined : { ownerId: acl.ownerId }),
    ...(isPrivateAcl(acl) ? undefined : { acl }),
  }
}
