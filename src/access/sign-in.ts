/**
 * Signing in by a password. Who is refused learns nothing: an unknown account, an unknown user, a user without a password and a wrong password have one
 * answer and cost the same.
 */
import { ApiError } from '../base/errors.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { Account, Accounts } from './accounts.ts'
import { firstAccountId } from './first-account.ts'
import type { Passwords } from './passwords.ts'
import type { OpenedSession, Sessions } from './sessions.ts'
import type { SignInLimits } from './sign-in-limits.ts'
import type { User } from './users.ts'

export interface SignInRequest {
  /** Its name or id; the first account where it is left out. */
  readonly account?: string | undefined
  /** The user's name, whatever its case. */
  readonly user: string
  readonly password: string
  readonly address: string
  readonly agent: string
}

export interface SignedIn extends OpenedSession {
  readonly account: Account
  readonly user: User
}

/** Throws InvalidCredentials, TooManyRequests after too many failures, SlowDown where too many try at once. */
export type SignIn = (request: SignInRequest) => Promise<SignedIn>

interface Parts {
  readonly store: MetadataStore
  readonly accounts: Accounts
  readonly passwords: Passwords
  readonly limits: SignInLimits
  readonly sessions: Sessions
}

/** Looked in where there is no such account, so that the work is the same. */
const noAccountId = '0'.repeat(64)

export function createSignIn({ store, accounts, passwords, limits, sessions }: Parts): SignIn {
  const accountOf = async (idOrName: string | undefined): Promise<Account | undefined> => {
    const wanted = idOrName ?? (await firstAccountId(store))
    return wanted === undefined ? undefined : found(accounts.find(wanted))
  }

  return async ({ account: idOrName, user: name, password, address, agent }) => {
    // 1. It counts as failed, before anything is looked at that could be guessed.
    const account = await accountOf(idOrName)
    const attempt = await limits.check({ account: account?.id ?? idOrName ?? '', user: name, address })
    // 2. The password, or the same work for nothing.
    const user = await userOf(accounts, account?.id ?? noAccountId, name)
    const generation = await passwords.generation(user?.id ?? '')
    const right = await passwords.verify(user?.id, password).catch(async (error: unknown) => {
      await limits.abandoned(attempt)
      throw error
    })
    if (!right || user === undefined || account === undefined) throw new ApiError('InvalidCredentials')
    // 3. The session. Where the password was changed meanwhile, sessions that it opened must end, and this one may have come too late for that.
    const opened = await found(sessions.open(user.id, account.id, { address, agent }))
    if (opened === undefined) throw new ApiError('InvalidCredentials')
    if ((await passwords.generation(user.id)) !== generation) {
      await sessions.close(opened.token.reveal())
      throw new ApiError('InvalidCredentials')
    }
    await limits.succeeded(attempt)
    return { ...opened, account, user }
  }
}

/** By the name alone: by an id, too, there would be twice as many attempts. */
async function userOf(accounts: Accounts, accountId: string, name: string): Promise<User | undefined> {
  const user = await found(accounts.users.find(accountId, name))
  return user?.name.toLowerCase() === name.toLowerCase() ? user : undefined
}

/** Undefined in place of NoSuchEntity. */
const found = <T>(finding: Promise<T>): Promise<T | undefined> =>
  finding.catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 'NoSuchEntity') return undefined
    throw error
  })
