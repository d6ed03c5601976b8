/** Accounts and users as management shows them. */
import { z } from 'zod'
import type { Account } from '../access/accounts.ts'
import { mayManage } from '../access/rights.ts'
import type { User } from '../access/users.ts'
import { ApiError } from '../base/errors.ts'
import { roleName } from './api-key.ts'
import { quota } from './bucket.ts'
import type { Principal } from './principal.ts'
import { showTime, timestamp } from './schemas.ts'
import type { ManagementServices } from './services.ts'

export const account = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    created: timestamp,
    profile: z.string().nullable(),
    quota,
  })
  .meta({ id: 'Account' })

export const showAccount = ({ id, displayName, email, createdAt, profile, quota: held }: Account) => ({
  id,
  name: displayName,
  email: email ?? null,
  created: showTime(createdAt),
  profile: profile ?? null,
  quota: { bytes_max: held?.bytesMax ?? null, objects_max: held?.objectsMax ?? null },
})

export const user = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    role: roleName,
    created: timestamp,
    has_password: z.boolean(),
    policies: z.array(z.strictObject({ name: z.string(), policy: z.string() })),
  })
  .meta({ id: 'User' })

export const showUser = async ({ id, name, role, createdAt, policies }: User, { passwords }: ManagementServices) => ({
  id,
  name,
  role,
  created: showTime(createdAt),
  has_password: await passwords.has(id),
  policies: [...policies].map(([policyName, policy]) => ({ name: policyName, policy })),
})

/** The user, by id or name, if the caller manages it. Throws NoSuchEntity, AccessDenied. */
export async function managedUser(
  idOrName: string,
  principal: Principal,
  { accounts }: ManagementServices,
): Promise<User> {
  const found = await accounts.users.find(principal.account.id, idOrName)
  requireManages(principal, found.role)
  return found
}

/** Throws AccessDenied where the caller may not have to do with users of the role. */
export function requireManages(principal: Principal, role: User['role']): void {
  if (mayManage(principal.role, role)) return
  throw new ApiError('AccessDenied', `The role ${principal.role} does not manage users with the role ${role}.`)
}
