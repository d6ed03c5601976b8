/**
 * What the roles may do in management, and which of them may hand out which.
 *
 * A role is within another where it gives nothing more, in management or in S3. A key never makes a wider key than itself.
 * Managing users is more than that: `iam.admin` makes users of every role but `owner`, and so holds what it could give to a user of its own
 * making, as an administrator of IAM at AWS does; it cannot come by an owner's rights, for it neither makes nor changes nor removes owners.
 */
import type { Role } from './roles.ts'

/**
 * `self`: see oneself, change one's password, end one's sessions. `storage.read`, `storage.write`: buckets, objects, domains, signing keys and usage.
 * `keys`: access keys and API keys of one's own, no wider than oneself. `iam`: users, their roles, policies, passwords and keys. `audit`: read the
 * audit log of the account. `operator`: the deployment: all accounts, all of the audit log.
 */
export type Right = 'self' | 'storage.read' | 'storage.write' | 'keys' | 'iam' | 'audit' | 'operator'

interface Extent {
  readonly rights: readonly Exclude<Right, 'operator'>[]
  /** In S3: nothing; what buckets' policies give; everything that is the account's. */
  readonly s3: 0 | 1 | 2
}

const extents: Readonly<Record<Role, Extent>> = {
  owner: { rights: ['self', 'storage.read', 'storage.write', 'keys', 'iam', 'audit'], s3: 2 },
  member: { rights: ['self', 'storage.read', 'storage.write', 'keys'], s3: 2 },
  's3.user': { rights: ['self', 'storage.read', 'keys'], s3: 2 },
  's3.bucket.user': { rights: ['self', 'keys'], s3: 1 },
  'iam.admin': { rights: ['self', 'iam', 'audit', 'keys'], s3: 0 },
}

/** `operator`: whether the account is the deployment's first, whose owners operate it. */
export function rightsOf(role: Role, { operator }: { readonly operator: boolean }): ReadonlySet<Right> {
  const rights = new Set<Right>(extents[role].rights)
  if (operator && role === 'owner') rights.add('operator')
  return rights
}

/** Whether `role` gives no more than `than` does. What makes a key for itself or its account may give it only such a role. */
export function isWithin(role: Role, than: Role): boolean {
  const [inner, outer] = [extents[role], extents[than]]
  return inner.s3 <= outer.s3 && inner.rights.every((right) => outer.rights.includes(right))
}

/**
 * Whether `manager` may make users of the role, give them keys, change or delete them. A change of role asks twice: for the role that the user has and
 * for the one that it is to have.
 */
export const mayManage = (manager: Role, role: Role): boolean =>
  extents[manager].rights.includes('iam') && (manager === 'owner' || role !== 'owner')
