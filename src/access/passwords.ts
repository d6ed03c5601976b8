/**
 * Passwords of users, kept as scrypt's digests (RFC 7914) with the parameters they were made with, so that those can be raised: a weaker digest is made
 * anew when its password is next proved. A new password ends the user's sessions in the same transaction.
 */
import { scrypt as scryptCallback, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { ApiError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { Key, MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import { decodePassword, encodeManagementRecord, passwordKey, sessionsOfUser } from './management-records.ts'
import type { PasswordRecord } from './management-records.ts'
import { noSuchUser } from './no-such-user.ts'
import { decodeUser, userKey } from './records.ts'
import { deleteSessionsOfUser } from './sessions.ts'
import type { User } from './users.ts'
import { normalisePassword, passwordFault, passwordLengthMax } from './weak-passwords.ts'

/** Of scrypt: CPU and memory cost N, block size r, parallelism p. It takes 128·N·r bytes. */
export interface ScryptParameters {
  readonly cost: number
  readonly blockSize: number
  readonly parallelism: number
}

/** 32 bytes made of a password and a salt, at great cost. */
export type SlowHash = (password: string, salt: Uint8Array, parameters: ScryptParameters) => Promise<Buffer>

/** 32 MiB, some 60 ms. */
const currentParameters: ScryptParameters = { cost: 2 ** 15, blockSize: 8, parallelism: 1 }

/** Unless another number is given. Each of them holds a thread of the pool that also reads files, which all threads of the process share. */
const concurrentDefault = 2
const waitingMax = 32

const saltSize = 16
const hashSize = 32

const scryptPromise = promisify<string, Uint8Array, number, object, Buffer>(scryptCallback)

const scrypt: SlowHash = (password, salt, { cost, blockSize, parallelism }) =>
  scryptPromise(password, salt, hashSize, {
    cost,
    blockSize,
    parallelization: parallelism,
    maxmem: 256 * cost * blockSize,
  })

/** What a transaction needs that keeps it. */
export interface PlannedPassword {
  readonly exclusive: readonly Key[]
  put(transaction: Transaction): Promise<void>
}

interface Parts {
  readonly store: MetadataStore
  readonly random: Random
  /** Default: scrypt. */
  readonly slowHash?: SlowHash | undefined
  /** Of new digests. */
  readonly parameters?: ScryptParameters | undefined
  /** How many slow hashes are computed at once, at least 1. */
  readonly concurrentMax?: number | undefined
}

export class Passwords {
  readonly #store: MetadataStore
  readonly #random: Random
  readonly #slowHash: SlowHash
  readonly #parameters: ScryptParameters
  readonly #concurrentMax: number
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor({ store, random, slowHash = scrypt, parameters = currentParameters, concurrentMax }: Parts) {
    this.#store = store
    this.#random = random
    this.#slowHash = slowHash
    this.#parameters = parameters
    this.#concurrentMax = concurrentMax ?? concurrentDefault
  }

  /**
   * Sets or replaces the password, and ends all sessions of the user. Throws NoSuchEntity where there is no such user, InvalidArgument for a password that
   * has not 8 to 256 characters or that others would guess, SlowDown where too many passwords are being looked at.
   */
  async set(userId: string, password: string): Promise<void> {
    const value = await this.#store.get(userKey(userId))
    if (value === undefined) throw noSuchUser(userId)
    const { exclusive, put } = await this.plan(decodeUser(value), password)
    await this.#store.transact({ exclusive, shared: [userKey(userId)] }, async (transaction) => {
      if ((await transaction.get(userKey(userId))) === undefined) throw noSuchUser(userId)
      await put(transaction)
    })
  }

  /** A password that is not kept yet, for a larger transaction, such as one that makes its user. Throws InvalidArgument, SlowDown. */
  async plan({ id, name }: Pick<User, 'id' | 'name'>, password: string): Promise<PlannedPassword> {
    const normal = normalisePassword(password)
    const fault =
      normal === undefined
        ? `must have at most ${passwordLengthMax} characters, and no control characters`
        : passwordFault(normal, name)
    if (normal === undefined || fault !== undefined) throw new ApiError('InvalidArgument', `The password ${fault}.`)
    const record = await this.#digest(normal, this.#random.bytes(saltSize).toString('base64url'))
    return {
      exclusive: [passwordKey(id), sessionsOfUser(id)],
      async put(transaction) {
        transaction.set(passwordKey(id), encodeManagementRecord(record))
        await deleteSessionsOfUser(transaction, id)
      },
    }
  }

  /**
   * Whether it is the user's password. The work is the same where the user has none, or there is no user (`undefined`); only where it is less because the
   * digest was made with weaker parameters, until it is made anew. Throws SlowDown where too many passwords are being looked at.
   */
  async verify(userId: string | undefined, password: string): Promise<boolean> {
    const value = await this.#store.get(passwordKey(userId ?? 'AIDA'))
    const record = userId === undefined || value === undefined ? this.#nobodys() : decodePassword(value)
    const normal = normalisePassword(password)
    const hash = await this.#inTurn(() => this.#slowHash(normal ?? '', Buffer.from(record.salt, 'base64'), record))
    const same = timingSafeEqual(hash, Buffer.from(record.hash, 'base64'))
    if (!same || normal === undefined || value === undefined || userId === undefined) return false
    if (this.#isWeak(record)) await this.#strengthen(userId, value, normal)
    return true
  }

  async has(userId: string): Promise<boolean> {
    return (await this.#store.get(passwordKey(userId))) !== undefined
  }

  /** Tells passwords apart and nothing about them: it stays the same until another is set. Undefined where the user has none. */
  async generation(userId: string): Promise<string | undefined> {
    const value = await this.#store.get(passwordKey(userId))
    return value && decodePassword(value).generation
  }

  /** The user can no longer sign in, and all their sessions end. Changes nothing where they have no password. */
  async remove(userId: string): Promise<void> {
    await this.#store.transact({ exclusive: [passwordKey(userId), sessionsOfUser(userId)] }, async (transaction) => {
      transaction.delete(passwordKey(userId))
      await deleteSessionsOfUser(transaction, userId)
    })
  }

  async #digest(normal: string, generation: string): Promise<PasswordRecord> {
    const salt = this.#random.bytes(saltSize)
    const hash = await this.#inTurn(() => this.#slowHash(normal, salt, this.#parameters))
    const { cost, blockSize, parallelism } = this.#parameters
    const digest = { salt: salt.toString('base64'), hash: hash.toString('base64') }
    return { version: 1, cost, blockSize, parallelism, ...digest, generation }
  }

  /** One that no password fits but by a chance of 2^-256. */
  #nobodys(): PasswordRecord {
    const [salt, hash] = [Buffer.alloc(saltSize).toString('base64'), Buffer.alloc(hashSize).toString('base64')]
    return { version: 1, ...this.#parameters, salt, hash, generation: '' }
  }

  #isWeak({ cost, blockSize, parallelism }: PasswordRecord): boolean {
    const least = this.#parameters
    return cost < least.cost || blockSize < least.blockSize || parallelism < least.parallelism
  }

  /** Unless another password was set meanwhile. */
  async #strengthen(userId: string, proved: Uint8Array, normal: string): Promise<void> {
    const record = await this.#digest(normal, decodePassword(proved).generation)
    const key = passwordKey(userId)
    await this.#store.transact({ exclusive: [key] }, async (transaction) => {
      if (!isSame(await valueOf(transaction, key), proved)) return
      transaction.set(key, encodeManagementRecord(record))
    })
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#concurrentMax) this.#running++
    else if (this.#waiting.length < waitingMax) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else {
      const headers = { 'retry-after': '1' }
      throw new ApiError('SlowDown', 'Too many passwords are being looked at. Try again.', { headers })
    }
    try {
      return await work()
    } finally {
      // Whoever waits takes this one's place, so that nobody comes between.
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}

const valueOf = (snapshot: Snapshot, key: Uint8Array) => snapshot.get(key)

const isSame = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && Buffer.compare(a, b) === 0
