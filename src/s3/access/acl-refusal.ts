/** What is refused of access control lists: public ones where they are blocked, and all that say something where there are none. */
import { ApiError } from '../../base/errors.ts'
import { isPublicAcl } from '../../objects/acl.ts'
import type { Acl } from '../../objects/acl.ts'
import type { Bucket } from '../../objects/bucket.ts'
import type { AclRules } from './acl-rules.ts'
import { hasGrantHeaders } from './requested-acl.ts'
import type { AclInput } from './requested-acl.ts'

/** Throws AccessDenied for a public ACL where those are blocked (BlockPublicAcls). */
export function refuseBlocked({ publicAccessBlock }: Pick<Bucket, 'publicAccessBlock'>, acl: Acl): void {
  if (publicAccessBlock?.blockPublicAcls === true && isPublicAcl(acl)) throw new ApiError('AccessDenied')
}

/** Rules by which there are no ACLs. */
export type WithoutAcls = Exclude<AclRules, 'full'>

/** Where there are no ACLs: throws for headers that ask for other than what there is. */
export function refuseAclHeaders(input: AclInput, rules: WithoutAcls): void {
  const { ACL } = input
  if (ACL !== undefined && !taken[rules].includes(ACL)) throw aclRefusal(rules, ACL)
  if (hasGrantHeaders(input)) throw aclRefusal(rules)
}

/** The names of ACLs that say what holds anyway. */
const taken: Readonly<Record<WithoutAcls, readonly string[]>> = {
  enforced: ['private', 'bucket-owner-full-control'],
  'owner-enforced': ['bucket-owner-full-control'],
  'bucket-private': ['private'],
  'get-only': ['private'],
}

export function aclRefusal(rules: WithoutAcls, canned?: string): ApiError {
  switch (rules) {
    case 'enforced':
    case 'owner-enforced':
      return new ApiError('AccessControlListNotSupported')
    case 'bucket-private':
      return canned === undefined
        ? new ApiError('InvalidArgument', 'Grants are not supported: the ACL of a bucket is private.')
        : new ApiError('InvalidArgument', `Unsupported value for canned acl '${canned}'`, {
            details: { ArgumentName: 'x-amz-acl', ArgumentValue: canned },
          })
    case 'get-only':
      return new ApiError('NotImplemented', 'Access control lists can be read here, not set.')
  }
}
