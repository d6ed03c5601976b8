/**
 * Access control lists, as records keep them: who owns a bucket or object, what is granted to whom, and which of S3's actions that allows (Amazon S3 User
 * Guide, "Access control list (ACL) overview"). A bucket or object whose record has none is private: its owner has FULL_CONTROL.
 */

export type Permission = 'FULL_CONTROL' | 'WRITE' | 'WRITE_ACP' | 'READ' | 'READ_ACP'

export type Grantee =
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'everyone' }
  | { readonly kind: 'authenticated' }

export interface Grant {
  readonly grantee: Grantee
  readonly permission: Permission
}

export interface Acl {
  readonly ownerId: string
  readonly grants: readonly Grant[]
}

/** How many grants an ACL may have. */
export const grantsMax = 100

export const privateAcl = (ownerId: string): Acl => ({ ownerId, grants: [grantTo(ownerId, 'FULL_CONTROL')] })

export const grantTo = (accountId: string, permission: Permission): Grant => ({
  grantee: { kind: 'account', accountId },
  permission,
})

/** Whether it grants the owner FULL_CONTROL, and nothing else to anybody. */
export const isPrivateAcl = ({ ownerId, grants }: Acl): boolean =>
  grants.length === 1 &&
  grants[0]!.permission === 'FULL_CONTROL' &&
  grants[0]!.grantee.kind === 'account' &&
  grants[0]!.grantee.accountId === ownerId

/** Whether it grants anything to everybody, or to everybody who has an account: what AWS calls public. */
export const isPublicAcl = ({ grants }: Acl): boolean => grants.some(({ grantee }) => grantee.kind !== 'account')

/** Whether both say the same; the order of grants does not matter. */
export function sameAcl(a: Acl, b: Acl): boolean {
  const texts = ({ grants }: Acl): string =>
    grants
      .map(
        ({ grantee, permission }) => `${grantee.kind === 'account' ? grantee.accountId : grantee.kind} ${permission}`,
      )
      .sort()
      .join()
  return a.ownerId === b.ownerId && texts(a) === texts(b)
}

/** Actions on a bucket, and on what it holds, by the permission in the bucket's ACL that allows them. */
const bucketActions: Readonly<Record<string, Permission>> = {
  's3:ListBucket': 'READ',
  's3:ListBucketVersions': 'READ',
  's3:ListBucketMultipartUploads': 'READ',
  's3:PutObject': 'WRITE',
  // Who may replace an object may say what it is tagged with, as in Ceph.
  's3:PutObjectTagging': 'WRITE',
  's3:DeleteObject': 'WRITE',
  's3:AbortMultipartUpload': 'WRITE',
  's3:ListMultipartUploadParts': 'WRITE',
  's3:GetBucketAcl': 'READ_ACP',
  's3:PutBucketAcl': 'WRITE_ACP',
}

/** Actions on an object by the permission in the object's ACL that allows them. */
const objectActions: Readonly<Record<string, Permission>> = {
  's3:GetObject': 'READ',
  's3:GetObjectVersion': 'READ',
  's3:GetObjectAcl': 'READ_ACP',
  's3:GetObjectVersionAcl': 'READ_ACP',
  's3:PutObjectAcl': 'WRITE_ACP',
  's3:PutObjectVersionAcl': 'WRITE_ACP',
}

/** What is not for those who have no account, though a public bucket would allow it: earlier versions, and uploads of others, by listing or by id. */
const notForEveryone: ReadonlySet<string> = new Set([
  's3:ListBucketVersions',
  's3:ListBucketMultipartUploads',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
])

/** Whether it is an object's ACL, and its owner, that decide on the action; else they are the bucket's. */
export const isDecidedByObject = (action: string): boolean => Object.hasOwn(objectActions, action)

export interface Asking {
  /** Undefined for who has not signed the request. */
  readonly accountId: string | undefined
  /** As policies name it: `s3:GetObject`. */
  readonly action: string
  /** Grants to everybody and to all who have an account count for nothing (IgnorePublicAcls). */
  readonly ignoresPublic?: boolean | undefined
}

/** Whether an ACL of a bucket, or of an object where `isDecidedByObject`, allows an action. Owners may always read and change theirs. */
export function aclAllows(acl: Acl, { accountId, action, ignoresPublic = false }: Asking): boolean {
  const needed = permissionOf(action)
  if (needed === undefined || (accountId === undefined && notForEveryone.has(action))) return false
  if (accountId === acl.ownerId && needed.endsWith('_ACP')) return true
  return acl.grants.some(
    ({ grantee, permission }) =>
      (permission === needed || permission === 'FULL_CONTROL') && includes(grantee, accountId, ignoresPublic),
  )
}

function permissionOf(action: string): Permission | undefined {
  if (Object.hasOwn(objectActions, action)) return objectActions[action]
  return Object.hasOwn(bucketActions, action) ? bucketActions[action] : undefined
}

function includes(grantee: Grantee, accountId: string | undefined, ignoresPublic: boolean): boolean {
  switch (grantee.kind) {
    case 'account':
      return grantee.accountId === accountId
    case 'everyone':
      return !ignoresPublic
    case 'authenticated':
      return !ignoresPublic && accountId !== undefined
  }
}
