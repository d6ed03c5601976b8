/** Access keys as management shows them, and whose may be changed by whom. */
import { z } from 'zod'
import type { AccessKey } from '../access/access-keys.ts'
import type { LastUse } from '../access/last-use.ts'
import { mayManage } from '../access/rights.ts'
import { ApiError } from '../base/errors.ts'
import type { Principal } from './principal.ts'
import { showTime, timestamp } from './schemas.ts'
import type { ManagementServices } from './services.ts'

const shown = {
  access_key_id: z.string(),
  name: z.string(),
  active: z.boolean(),
  user: z.string().nullable().meta({ description: "Null: the account's own, which may do everything." }),
  created: timestamp,
}

export const accessKey = z
  .strictObject({
    ...shown,
    last_used: z
      .strictObject({ time: timestamp, operation: z.string(), address: z.string(), region: z.string().nullable() })
      .nullable(),
    previous_secret_until: timestamp
      .nullable()
      .meta({ description: 'Until when the secret before the present one verifies too.' }),
  })
  .meta({ id: 'AccessKey' })

export const newAccessKey = z.strictObject({ ...shown, secret_access_key: z.string() }).meta({ id: 'NewAccessKey' })

export const showKey = (key: AccessKey, userName: string | null) => ({
  access_key_id: key.accessKeyId,
  name: key.name,
  active: key.active,
  user: userName,
  created: showTime(key.createdAt),
})

export const showUsedKey = (key: AccessKey, userName: string | null, use: LastUse | undefined) => ({
  ...showKey(key, userName),
  last_used:
    use === undefined
      ? null
      : {
          time: showTime(use.atMs),
          operation: use.operation,
          address: use.remoteAddress,
          region: use.region ?? null,
        },
  previous_secret_until: key.previousUntil === undefined ? null : showTime(key.previousUntil),
})

/** Whether the caller manages keys of others: those of the account, and of its users. */
export const managesAllKeys = ({ rights, role }: Principal): boolean => rights.has('iam') || role === 'owner'

/** The key, if the caller may see and change it. Throws NoSuchEntity. */
export async function accessKeyOf(
  id: string,
  principal: Principal,
  { accessKeys, accounts }: ManagementServices,
): Promise<AccessKey> {
  const key = await accessKeys.get(id)
  const owned = key?.accountId === principal.account.id ? key : undefined
  if (owned === undefined || !(await mayHave(owned.userId, principal, accounts))) {
    throw new ApiError('NoSuchEntity', `There is no access key ${JSON.stringify(id)}.`)
  }
  return owned
}

/** Throws AccessDenied where the caller may not make a key of the user, or of the account itself. */
export async function requireKeysOf(
  userId: string | undefined,
  principal: Principal,
  { accounts }: ManagementServices,
): Promise<void> {
  if (await mayHave(userId, principal, accounts)) return
  throw new ApiError('AccessDenied', `The role ${principal.role} gives keys of oneself only.`)
}

/** The account's own keys are as wide as the account: its owners' alone. */
async function mayHave(
  userId: string | undefined,
  principal: Principal,
  accounts: ManagementServices['accounts'],
): Promise<boolean> {
  if (userId === undefined) return principal.role === 'owner'
  if (principal.user?.id === userId) return true
  if (!principal.rights.has('iam')) return false
  const user = await accounts.users.get(userId)
  return user !== undefined && user.accountId === principal.account.id && mayManage(principal.role, user.role)
}

/** The name of a key's user. */
export async function userNameOf({ userId }: AccessKey, { accounts }: ManagementServices): Promise<string | null> {
  return userId === undefined ? null : ((await accounts.users.get(userId))?.name ?? null)
}
