/** API keys as management shows them, and whose may be changed by whom. */
import { z } from 'zod'
import type { ApiKey } from '../access/api-keys.ts'
import { isWithin, mayManage } from '../access/rights.ts'
import { roles, type Role } from '../access/roles.ts'
import { ApiError } from '../base/errors.ts'
import type { Principal } from './principal.ts'
import { showTime, timestamp } from './schemas.ts'
import type { ManagementServices } from './services.ts'

export const roleName = z.enum(Object.keys(roles) as [Role, ...Role[]]).meta({ id: 'Role' })

const shown = {
  id: z.string(),
  name: z.string(),
  role: roleName,
  user: z.string().nullable(),
  created: timestamp,
}

export const apiKey = z.strictObject({ ...shown, last_used: timestamp.nullable() }).meta({ id: 'ApiKey' })
export const newApiKey = z.strictObject({ ...shown, api_key: z.string() }).meta({ id: 'NewApiKey' })

export const showNewApiKey = async (key: ApiKey, { accounts }: ManagementServices) => ({
  id: key.id,
  name: key.name,
  role: key.role,
  user: key.userId === undefined ? null : ((await accounts.users.get(key.userId))?.name ?? null),
  created: showTime(key.createdAt),
})

export const showApiKey = async (key: ApiKey, services: ManagementServices) => ({
  ...(await showNewApiKey(key, services)),
  last_used: key.lastUsedAt === undefined ? null : showTime(key.lastUsedAt),
})

/** A key of the caller's user; or, where an API key of the account asks, that key itself. */
export const isOwnApiKey = (key: ApiKey, { user, via }: Principal): boolean =>
  user === undefined ? via.kind === 'api key' && via.id === key.id : key.userId === user.id

/** The key, if the caller may see and change it. Throws NoSuchEntity. */
export async function apiKeyOf(id: string, principal: Principal, { apiKeys }: ManagementServices): Promise<ApiKey> {
  const key = await apiKeys.get(id)
  const owned = key?.accountId === principal.account.id ? key : undefined
  if (owned !== undefined && (isOwnApiKey(owned, principal) || mayManage(principal.role, owned.role))) return owned
  throw new ApiError('NoSuchEntity', `There is no API key ${JSON.stringify(id)}.`)
}

/** Throws AccessDenied for a key that would be wider than the one who makes it. */
export function requireWithin(role: Role, principal: Principal): void {
  if (isWithin(role, principal.role)) return
  throw new ApiError('AccessDenied', `The role ${principal.role} makes no key with the role ${role}.`)
}
