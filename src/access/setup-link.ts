/**
 * Links by which a person sets a password once, within a day: of the first owner, before whom nobody can sign in, or of a user who has lost theirs. A
 * link holds a token of 32 random bytes, of which a digest alone is kept. What it does and its end are one transaction: a token is never spent for
 * nothing, and never twice.
 */
import { createHash } from 'node:crypto'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import type { MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import type { Accounts } from './accounts.ts'
import { firstAccountId } from './first-account.ts'
import { decodeSetupLink, encodeManagementRecord, passwordKey, setupLinkKey } from './management-records.ts'
import { setupLinksEnd, setupLinksStart, type SetupLinkRecord } from './management-records.ts'
import { noSuchUser } from './no-such-user.ts'
import type { Passwords } from './passwords.ts'
import { userKey } from './records.ts'
import type { SignInLimits } from './sign-in-limits.ts'
import { insertUser, userGuards, type User } from './users.ts'

export interface SetupLink {
  /** Not to be had again. */
  readonly token: Secret
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export interface SetupRequest {
  readonly token: string
  /** The first owner's name; where the link is a user's, it is that user's, whatever stands here. */
  readonly user: string
  readonly password: string
  readonly address: string
}

/** How long a link is good for, in milliseconds. */
export const setupLinkLifetime = 24 * 60 * 60_000
/** The most links there are at once. */
export const setupLinksMax = 1000

const tokenPattern = /^[\w-]{43}$/

interface Parts {
  readonly store: MetadataStore
  readonly clock: Clock
  readonly random: Random
  readonly accounts: Accounts
  readonly passwords: Passwords
  readonly limits: SignInLimits
}

export class SetupLinks {
  readonly #store: MetadataStore
  readonly #clock: Clock
  readonly #random: Random
  readonly #accounts: Accounts
  readonly #passwords: Passwords
  readonly #limits: SignInLimits
  /** Of the first account, who had a password when last looked at. */
  #owner: string | undefined

  constructor({ store, clock, random, accounts, passwords, limits }: Parts) {
    this.#store = store
    this.#clock = clock
    this.#random = random
    this.#accounts = accounts
    this.#passwords = passwords
    this.#limits = limits
  }

  /** Whether nobody can sign in yet who operates the deployment: no owner of the first account has a password. */
  async isNeeded(): Promise<boolean> {
    const accountId = await firstAccountId(this.#store)
    if (accountId === undefined) return true
    // Anybody may ask: most often, one user need be looked at.
    if (this.#owner !== undefined && (await this.#isOwner(await this.#accounts.users.get(this.#owner)))) return false
    for (const user of await this.#accounts.users.list(accountId)) {
      if (!(await this.#isOwner(user))) continue
      this.#owner = user.id
      return false
    }
    return true
  }

  async #isOwner(user: User | undefined): Promise<boolean> {
    return user?.role === 'owner' && (await this.#passwords.has(user.id))
  }

  /** The link that makes the first owner; the one before it ends. Throws InvalidRequest where there is an owner who can sign in. */
  async createFirst(): Promise<SetupLink> {
    if (await this.isNeeded()) return this.#create(undefined)
    throw new ApiError('InvalidRequest', 'The first account has an owner who can sign in: name whose link it is to be.')
  }

  /** A link that sets the user's password; the one before it ends. Throws NoSuchEntity, LimitExceeded. */
  createFor({ id }: Pick<User, 'id'>): Promise<SetupLink> {
    return this.#create(id)
  }

  /** Whose password the link sets; undefined where it is no good, or makes the first owner. */
  async userOf(token: string): Promise<User | undefined> {
    const { userId } = (await this.#find(token)) ?? {}
    return userId === undefined ? undefined : this.#accounts.users.get(userId)
  }

  /**
   * Sets the password that the link is for, and ends it. Throws InvalidToken for a link that is not good any more, and TooManyRequests for too many of
   * those; InvalidArgument for a password or a name that may not be, EntityAlreadyExists where somebody has the name who is no owner, SlowDown: then it is
   * as good as before.
   */
  async redeem(request: SetupRequest): Promise<User> {
    const digest = digestOf(request.token)
    // 1. It counts as a failed sign-in of its own. By the digest, nobody can use up the attempts of another's link.
    const claimant = { account: '', user: digest.toString('base64url'), address: request.address }
    const attempt = await this.#limits.check(claimant)
    const link = await this.#find(request.token)
    if (link === undefined) throw invalidToken()
    // 2. From here on, the link is right.
    try {
      const user =
        link.userId === undefined ? await this.#first(digest, request) : await this.#users(digest, link.userId, request)
      await this.#limits.succeeded(attempt)
      return user
    } catch (error) {
      const isWrong = error instanceof ApiError && error.code === 'InvalidToken'
      if (!isWrong) await this.#limits.abandoned(attempt)
      throw error
    }
  }

  /** The first owner: made, or given a password. Two who come at once have one link, which one of them finds gone. */
  async #first(digest: Buffer, { user: name, password }: SetupRequest): Promise<User> {
    const accountId = await firstAccountId(this.#store)
    // An owner may have been given a password otherwise since.
    if (accountId === undefined || !(await this.isNeeded())) throw invalidToken()
    const { users } = this.#accounts
    const existing = (await users.list(accountId)).find((user) => user.name.toLowerCase() === name.toLowerCase())
    if (existing !== undefined && existing.role !== 'owner') {
      throw new ApiError('EntityAlreadyExists', `The user ${JSON.stringify(name)} is no owner. Choose another name.`)
    }
    if (existing !== undefined) return this.#users(digest, existing.id, { password })
    const user = users.plan(accountId, name, { role: 'owner' })
    const planned = await this.#passwords.plan(user, password)
    const guards = userGuards(user)
    const exclusive = [setupLinksStart, ...guards.exclusive, ...planned.exclusive]
    await this.#store.transact({ exclusive, shared: guards.shared }, async (transaction) => {
      await this.#end(transaction, digest)
      await insertUser(transaction, user)
      await planned.put(transaction)
    })
    return user
  }

  async #users(digest: Buffer, userId: string, { password }: Pick<SetupRequest, 'password'>): Promise<User> {
    const user = await this.#accounts.users.get(userId)
    if (user === undefined) throw invalidToken()
    const planned = await this.#passwords.plan(user, password)
    const guards = { exclusive: [setupLinksStart, ...planned.exclusive], shared: [userKey(userId)] }
    await this.#store.transact(guards, async (transaction) => {
      const { userId: named } = await this.#end(transaction, digest)
      if ((await transaction.get(userKey(userId))) === undefined) throw invalidToken()
      // A first owner who was given a password meanwhile keeps it.
      if (named === undefined && (await transaction.get(passwordKey(userId))) !== undefined) throw invalidToken()
      await planned.put(transaction)
    })
    return user
  }

  async #create(userId: string | undefined): Promise<SetupLink> {
    const token = new Secret(this.#random.bytes(32).toString('base64url'))
    const now = this.#clock.now()
    const record: SetupLinkRecord = { version: 1, ...(userId !== undefined && { userId }), createdAt: now }
    const guards = { exclusive: [setupLinksStart], shared: userId === undefined ? [] : [userKey(userId)] }
    await this.#store.transact(guards, async (transaction) => {
      if (userId !== undefined && (await transaction.get(userKey(userId))) === undefined) throw noSuchUser(userId)
      const links = await linksIn(transaction)
      const kept = links.filter(([, link]) => link.userId !== userId && isCurrent(link, now))
      if (kept.length >= setupLinksMax) throw new ApiError('LimitExceeded', 'There are too many links already.')
      for (const [key] of links.filter((link) => !kept.includes(link))) transaction.delete(key)
      transaction.set(setupLinkKey(digestOf(token.reveal())), encodeManagementRecord(record))
    })
    return { token, expiresAt: now + setupLinkLifetime }
  }

  /** By the digest, so that how long it takes says nothing of a token. */
  async #find(token: string): Promise<SetupLinkRecord | undefined> {
    const value = tokenPattern.test(token) ? await this.#store.get(setupLinkKey(digestOf(token))) : undefined
    const link = value && decodeSetupLink(value)
    return link !== undefined && isCurrent(link, this.#clock.now()) ? link : undefined
  }

  /** The transaction holds `setupLinksStart`. */
  async #end(transaction: Transaction, digest: Buffer): Promise<SetupLinkRecord> {
    const value = await transaction.get(setupLinkKey(digest))
    if (value === undefined) throw invalidToken()
    transaction.delete(setupLinkKey(digest))
    return decodeSetupLink(value)
  }
}

async function linksIn(snapshot: Snapshot): Promise<(readonly [key: Uint8Array, link: SetupLinkRecord])[]> {
  const entries = await snapshot.scan(setupLinksStart, setupLinksEnd, { limit: setupLinksMax })
  return entries.map(([key, value]) => [key, decodeSetupLink(value)] as const)
}

/** A clock that was set back ends no link. */
const isCurrent = ({ createdAt }: SetupLinkRecord, now: number): boolean => now - createdAt < setupLinkLifetime

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()

const invalidToken = (): ApiError =>
  new ApiError(
    'InvalidToken',
    'The link is not good any more: it was used, replaced by another, or is older than a day.',
  )
