/** Access control lists, as records keep them: who owns a bucket or object and what is granted to whom. */

export type Permission = 'FULL_CONTROL' | 'WRITE' | 'WRITE_ACP' | 'READ' | 'READ_ACP'

export type Grantee =
  { readonly kind: 'account'; readonly accountId: string } | { readonly kind: 'everyone' } | { readonly kind: 'authenticated' }

export interface Grant {
  readonly grantee: Grantee
  readonly permission: Permission
}

export interface Acl {
  readonly ownerId: string
  readonly grants: readonly Grant[]
}
