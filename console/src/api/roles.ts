/** The roles, and which of them gives no more than another: as the server has it, so that nothing is offered that it refuses. */
import type { Schema } from './me.ts'

export type Role = Schema<'Role'>

export const roles = ['owner', 'member', 's3.user', 's3.bucket.user', 'iam.admin'] as const satisfies readonly Role[]

const within: Readonly<Record<Role, readonly Role[]>> = {
  owner: roles,
  member: ['member', 's3.user', 's3.bucket.user'],
  's3.user': ['s3.user', 's3.bucket.user'],
  's3.bucket.user': ['s3.bucket.user'],
  'iam.admin': ['iam.admin'],
}

/** Those that an API key may have which this role makes for the account. */
export const rolesWithin = (role: Role): readonly Role[] => within[role]

/** Those whose users this role manages. */
export const rolesManagedBy = (role: Role): readonly Role[] =>
  role === 'owner' ? roles : role === 'iam.admin' ? roles.filter((other) => other !== 'owner') : []
