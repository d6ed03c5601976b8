/**
 * Sessions of the console: who signed in, and is taken for signed in while they hold a token of 32 random bytes. Only a digest of it is kept. A session
 * ends 12 hours after it was last used, and 30 days after it was opened at the latest.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import type { MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import { decodeSession, encodeManagementRecord, sessionKey, sessionOfUserKey } from './management-records.ts'
import { sessionsOfUser, type SessionRecord } from './management-records.ts'
import { noSuchUser } from './no-such-user.ts'
import { decodeUser, userKey } from './records.ts'
import type { MasterKey } from './sealing.ts'

export interface Session {
  /** Tells sessions apart; does not open one. */
  readonly id: string
  readonly userId: string
  readonly accountId: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** When it was last used, to the minute. */
  readonly seenAt: number
  /** When it ends unless it is used before. */
  readonly expiresAt: number
  /** Where it was opened from. */
  readonly address: string
  /** By what program: the User-Agent. */
  readonly agent: string
}

export interface OpenedSession {
  /** What opens it; not to be had again. */
  readonly token: Secret
  readonly session: Session
}

const minute = 60_000
/** How long a session may lie unused, in milliseconds. */
export const sessionIdleMax = 12 * 60 * minute
/** How long it may last, in milliseconds. */
export const sessionLifetimeMax = 30 * 24 * 60 * minute
/** The most sessions of a user; the one that has lain unused longest gives way to a new one. */
export const sessionsMax = 100
/** How exactly it is noted when a session was last used. */
const seenPrecision = minute

const addressLengthMax = 64
const agentLengthMax = 256
const tokenPattern = /^[\w-]{43}$/

interface Parts {
  readonly store: MetadataStore
  readonly clock: Clock
  readonly random: Random
  readonly masterKey: MasterKey
}

export class Sessions {
  readonly #store: MetadataStore
  readonly #clock: Clock
  readonly #random: Random
  readonly #csrfKey: Buffer

  constructor({ store, clock, random, masterKey }: Parts) {
    this.#store = store
    this.#clock = clock
    this.#random = random
    this.#csrfKey = masterKey.derive('console csrf')
  }

  /** Throws NoSuchEntity where the account has no such user. What is too long of `address` and `agent` is cut off. */
  async open(
    userId: string,
    accountId: string,
    { address, agent }: { readonly address: string; readonly agent: string },
  ): Promise<OpenedSession> {
    const token = new Secret(this.#random.bytes(32).toString('base64url'))
    const digest = digestOf(token.reveal())
    const now = this.#clock.now()
    const record: SessionRecord = {
      version: 1,
      userId,
      accountId,
      createdAt: now,
      seenAt: now,
      address: cut(address, addressLengthMax),
      agent: cut(agent, agentLengthMax),
    }
    const guards = { exclusive: [sessionKey(digest), sessionsOfUser(userId)], shared: [userKey(userId)] }
    await this.#store.transact(guards, async (transaction) => {
      const user = await transaction.get(userKey(userId))
      if (user === undefined || decodeUser(user).accountId !== accountId) throw noSuchUser(userId)
      const others = await sessionsIn(transaction, userId)
      const current = others.filter((other) => isCurrent(other, now)).sort((a, b) => b.seenAt - a.seenAt)
      const kept = new Set(current.slice(0, sessionsMax - 1))
      for (const other of others) if (!kept.has(other)) deleteSession(transaction, userId, other.digest)
      transaction.set(sessionKey(digest), encodeManagementRecord(record))
      transaction.set(sessionOfUserKey(userId, digest), Buffer.alloc(0))
    })
    return { token, session: toSession(digest, record) }
  }

  /** The session that the token opens, and notes that it was used; undefined where there is none, it has ended, or its user is gone. */
  async find(token: string): Promise<Session | undefined> {
    if (!tokenPattern.test(token)) return undefined
    const digest = digestOf(token)
    const record = await this.#read(digest)
    const now = this.#clock.now()
    if (record === undefined || !isCurrent(record, now)) return undefined
    return now - record.seenAt < seenPrecision ? toSession(digest, record) : this.#extend(digest, record, now)
  }

  /** The session with the id, for who holds something that was made in it; that is no use of it. Undefined as `find`. */
  async findById(id: string): Promise<Session | undefined> {
    if (!tokenPattern.test(id)) return undefined
    const digest = Buffer.from(id, 'base64url')
    const record = await this.#read(digest)
    return record === undefined || !isCurrent(record, this.#clock.now()) ? undefined : toSession(digest, record)
  }

  /** Changes nothing where the token opens no session. */
  async close(token: string): Promise<void> {
    if (!tokenPattern.test(token)) return
    const digest = digestOf(token)
    const value = await this.#store.get(sessionKey(digest))
    if (value !== undefined) await this.#close(decodeSession(value).userId, digest)
  }

  /** Ends one of a user's sessions by its id. Throws NoSuchEntity where the user has no such session. */
  async closeById(userId: string, id: string): Promise<void> {
    const digest = Buffer.from(id, 'base64url')
    const value = tokenPattern.test(id) ? await this.#store.get(sessionKey(digest)) : undefined
    if (value === undefined || decodeSession(value).userId !== userId) {
      throw new ApiError('NoSuchEntity', 'The user has no such session.')
    }
    await this.#close(userId, digest)
  }

  /** Signs the user out everywhere. */
  async closeAll(userId: string): Promise<void> {
    const guards = { exclusive: [sessionsOfUser(userId)] }
    await this.#store.transact(guards, (transaction) => deleteSessionsOfUser(transaction, userId))
  }

  /** The user's sessions that have not ended, the last used first. */
  async list(userId: string): Promise<Session[]> {
    const found = await this.#store.read((snapshot) => sessionsIn(snapshot, userId))
    const now = this.#clock.now()
    return found
      .filter((record) => isCurrent(record, now))
      .sort((a, b) => b.seenAt - a.seenAt)
      .map((record) => toSession(record.digest, record))
  }

  /** What a page of the console sends with each change, and another site's page cannot know. */
  csrfToken({ id }: Session): string {
    return createHmac('sha256', this.#csrfKey).update(id).digest('base64url')
  }

  /** Whether it is the session's CSRF token, in constant time. */
  checkCsrf(session: Session, given: string | undefined): boolean {
    const expected = Buffer.from(this.csrfToken(session))
    const bytes = Buffer.from(given ?? '')
    return bytes.length === expected.length && timingSafeEqual(bytes, expected)
  }

  /** Undefined where its user is gone, too. */
  #read(digest: Buffer): Promise<SessionRecord | undefined> {
    return this.#store.read(async (snapshot) => {
      const value = await snapshot.get(sessionKey(digest))
      if (value === undefined) return undefined
      const found = decodeSession(value)
      return (await snapshot.get(userKey(found.userId))) === undefined ? undefined : found
    })
  }

  async #close(userId: string, digest: Buffer): Promise<void> {
    const guards = { exclusive: [sessionKey(digest)], shared: [sessionsOfUser(userId)] }
    await this.#store.transact(guards, (transaction) => deleteSession(transaction, userId, digest))
  }

  async #extend(digest: Buffer, found: SessionRecord, now: number): Promise<Session | undefined> {
    // The list is shared, so that the session is not put back while all of the user's are ended.
    const guards = { exclusive: [sessionKey(digest)], shared: [sessionsOfUser(found.userId)] }
    try {
      return await this.#store.transact(guards, async (transaction) => {
        const value = await transaction.get(sessionKey(digest))
        if (value === undefined) return undefined
        const record = { ...decodeSession(value), seenAt: now }
        transaction.set(sessionKey(digest), encodeManagementRecord(record))
        return toSession(digest, record)
      })
    } catch (error) {
      // Nothing can be written, as on a full disk: no reason to shut out who might mend that.
      if (error instanceof ApiError) return toSession(digest, found)
      throw error
    }
  }
}

/** Ends all sessions of a user. The transaction holds `sessionsOfUser` alone. */
export async function deleteSessionsOfUser(transaction: Transaction, userId: string): Promise<void> {
  for (const digest of await digestsOf(transaction, userId)) deleteSession(transaction, userId, digest)
}

function deleteSession(transaction: Transaction, userId: string, digest: Buffer): void {
  transaction.delete(sessionKey(digest))
  transaction.delete(sessionOfUserKey(userId, digest))
}

async function sessionsIn(snapshot: Snapshot, userId: string): Promise<(SessionRecord & { digest: Buffer })[]> {
  const found = []
  for (const digest of await digestsOf(snapshot, userId)) {
    const value = await snapshot.get(sessionKey(digest))
    if (value !== undefined) found.push({ ...decodeSession(value), digest })
  }
  return found
}

async function digestsOf(snapshot: Snapshot, userId: string): Promise<Buffer[]> {
  const prefix = sessionsOfUser(userId)
  const end = Buffer.concat([prefix, Buffer.alloc(33, 0xff)])
  const entries = await snapshot.scan(prefix, end, { limit: sessionsMax })
  return entries.map(([key]) => Buffer.from(key.subarray(prefix.length)))
}

/** A clock that was set back ends no session. */
const isCurrent = ({ createdAt, seenAt }: SessionRecord, now: number): boolean =>
  now - seenAt < sessionIdleMax && now - createdAt < sessionLifetimeMax

const toSession = (digest: Buffer, record: SessionRecord): Session => {
  const { userId, accountId, createdAt, seenAt, address, agent } = record
  const expiresAt = Math.min(seenAt + sessionIdleMax, createdAt + sessionLifetimeMax)
  return { id: digest.toString('base64url'), userId, accountId, createdAt, seenAt, expiresAt, address, agent }
}

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()

const cut = (text: string, lengthMax: number): string => text.slice(0, lengthMax).toWellFormed()
