/** Makes a user with a password, or none at all. */
import type { Role } from '../access/roles.ts'
import type { User } from '../access/users.ts'
import type { Secret } from '../base/secret.ts'
import type { ManagementServices } from './services.ts'

export interface WantedUser {
  readonly name: string
  readonly role: Role
  readonly password?: Secret | undefined
  /** Documents, by their names. */
  readonly policies?: ReadonlyMap<string, string> | undefined
}

/** Throws as `Users.create` and `Passwords.set` do; then there is no such user. */
export async function createUser(
  accountId: string,
  { name, role, password, policies }: WantedUser,
  { accounts: { users }, passwords }: ManagementServices,
): Promise<User> {
  const user = await users.create(accountId, name, { role, policies })
  try {
    if (password !== undefined) await passwords.set(user.id, password.reveal())
  } catch (error) {
    await users.delete(user.id)
    throw error
  }
  return user
}
