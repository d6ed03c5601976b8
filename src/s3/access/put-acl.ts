/** The access control list that PutBucketAcl and PutObjectAcl put, by the rules of the bucket. */
import { ApiError } from '../../base/errors.ts'
import { isPrivateAcl } from '../../objects/acl.ts'
import type { Acl } from '../../objects/acl.ts'
import type { Bucket } from '../../objects/bucket.ts'
import { aclRefusal, refuseAclHeaders, refuseBlocked } from './acl-refusal.ts'
import { aclRulesOf } from './acl-rules.ts'
import { aclOfDocument, aclOfHeaders, hasGrantHeaders } from './requested-acl.ts'
import type { AclDocument, AclInput, AclServices } from './requested-acl.ts'

export interface PutAclInput extends AclInput {
  readonly AccessControlPolicy?: AclDocument | undefined
}

export interface PutAclOptions {
  readonly bucket: Bucket
  /** Of the bucket, or of the object. */
  readonly ownerId: string
  readonly services: AclServices
}

/**
 * The ACL that PutBucketAcl or PutObjectAcl puts; undefined where there are no ACLs and it says what holds anyway. Throws MissingSecurityHeader
 * where it says nothing, UnexpectedContent where both headers and document do, and as `objectAccess`.
 */
export async function putAcl(input: PutAclInput, options: PutAclOptions): Promise<Acl | undefined> {
  const { AccessControlPolicy: document } = input
  const { bucket, ownerId, services } = options
  const inHeaders = input.ACL !== undefined || hasGrantHeaders(input)
  const rules = aclRulesOf(bucket, services.toggles(bucket).acl)
  if (rules === 'get-only') throw aclRefusal(rules)
  if (inHeaders && document !== undefined) throw new ApiError('UnexpectedContent')
  if (!inHeaders && document === undefined) {
    throw new ApiError('MissingSecurityHeader', undefined, { details: { MissingHeaderName: 'x-amz-acl' } })
  }
  if (rules !== 'full' && document === undefined) {
    refuseAclHeaders(input, rules)
    return undefined
  }
  const acl =
    document === undefined
      ? await aclOfHeaders(input, { ownerId, bucketOwnerId: bucket.accountId }, services)
      : await aclOfDocument(document, ownerId, services)
  if (acl === undefined) throw new Error('an ACL was asked for')
  if (rules !== 'full') {
    if (!isPrivateAcl(acl)) throw aclRefusal(rules)
    return undefined
  }
  refuseBlocked(bucket, acl)
  return acl
}
