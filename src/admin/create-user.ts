/** A user with a password and policies, as one: there is all of it, or nothing. */
import type { Role } from '../access/roles.ts'
import { insertUser, userGuards, type User } from '../access/users.ts'
import type { Secret } from '../base/secret.ts'
import type { Guards, Transaction } from '../metadata/metadata-store.ts'
import type { ManagementServices } from './services.ts'

export interface WantedUser {
  readonly name: string
  readonly role: Role
  readonly password?: Secret | undefined
  /** Documents, by their names. */
  readonly policies?: ReadonlyMap<string, string> | undefined
}

export interface PlannedUser {
  readonly user: User
  readonly guards: Required<Guards>
  put(transaction: Transaction): Promise<void>
}

/** A user that is not kept yet, for a larger transaction. Throws as `Users.plan` and `Passwords.plan` do. */
export async function planUser(
  accountId: string,
  { name, role, password, policies }: WantedUser,
  { accounts: { users }, passwords }: ManagementServices,
): Promise<PlannedUser> {
  const user = users.plan(accountId, name, { role, policies })
  const planned = password && (await passwords.plan(user, password.reveal()))
  const { exclusive, shared } = userGuards(user)
  return {
    user,
    guards: { exclusive: [...exclusive, ...(planned?.exclusive ?? [])], shared },
    async put(transaction) {
      await insertUser(transaction, user)
      await planned?.put(transaction)
    },
  }
}

/** Throws what planning throws, and as `insertUser`; then there is no such user. */
export async function createUser(accountId: string, wanted: WantedUser, services: ManagementServices): Promise<User> {
  const { user, guards, put } = await planUser(accountId, wanted, services)
  await services.metadata.transact(guards, put)
  return user
}
