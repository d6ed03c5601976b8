/**
 * How often a sign-in may fail: 5 times in 15 minutes for a user of an account, be there such a user or not, and 20 times in a minute from an address.
 *
 * An attempt counts as failed from its start, before the password is looked at, and is taken back when it succeeds: so many attempts at once get no further
 * than one after the other. The counts are records, and hold on all threads and after a restart.
 */
import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { plainAddress } from '../http/forwarded.ts'
import type { Key, MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import { decodeSignInFailures, encodeManagementRecord } from './management-records.ts'
import { failuresEnd, failuresOfAddressKey, failuresOfUserKey } from './management-records.ts'

/** Who tries to sign in, and from where. */
export interface Claimant {
  /** An account's id, or what was given for one. */
  readonly account: string
  /** A user's name, as it was given. */
  readonly user: string
  readonly address: string
}

/** An attempt that counts as failed until it is said to have succeeded. */
export interface Attempt {
  readonly claimant: Claimant
  /** Milliseconds since 1970. */
  readonly at: number
}

interface Limit {
  readonly failuresMax: number
  /** Milliseconds. */
  readonly span: number
}

export const userLimit: Limit = { failuresMax: 5, span: 15 * 60_000 }
export const addressLimit: Limit = { failuresMax: 20, span: 60_000 }

/** How many old records are looked for at each attempt: more than it makes. */
const sweptMax = 8

export class SignInLimits {
  readonly #store: MetadataStore
  readonly #clock: Clock

  constructor({ store, clock }: { store: MetadataStore; clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** Counts an attempt as failed. Throws TooManyRequests, with Retry-After, where too many have failed; that one does not count. */
  async check(claimant: Claimant): Promise<Attempt> {
    const keys = [userKeyOf(claimant), addressKeyOf(claimant)] as const
    const now = this.#clock.now()
    const old = await this.#oldRecords(keys[0], now)
    const waits = await this.#store.transact({ exclusive: [...keys, ...old] }, async (transaction) => {
      for (const key of old) if (isOld(await transaction.get(key), key, now)) transaction.delete(key)
      const [ofUser, ofAddress] = [await timesOf(transaction, keys[0], now), await timesOf(transaction, keys[1], now)]
      const wait = Math.max(waitOf(ofUser, userLimit, now), waitOf(ofAddress, addressLimit, now))
      const added = wait > 0 ? [] : [now]
      setTimes(transaction, keys[0], [...ofUser, ...added])
      setTimes(transaction, keys[1], [...ofAddress, ...added])
      return wait
    })
    if (waits > 0) throw tooMany(waits)
    return { claimant, at: now }
  }

  /** The attempt counts no more, nor do earlier failures of the same user. */
  async succeeded(attempt: Attempt): Promise<void> {
    await this.#takeBack(attempt, () => [])
  }

  /** The attempt counts no more, because it was neither right nor wrong: the password was not looked at. */
  async abandoned(attempt: Attempt): Promise<void> {
    await this.#takeBack(attempt, without)
  }

  async #takeBack({ claimant, at }: Attempt, leave: (times: readonly number[], at: number) => number[]): Promise<void> {
    const [ofUser, ofAddress] = [userKeyOf(claimant), addressKeyOf(claimant)]
    const now = this.#clock.now()
    await this.#store.transact({ exclusive: [ofUser, ofAddress] }, async (transaction) => {
      setTimes(transaction, ofUser, leave(await timesOf(transaction, ofUser, now), at))
      setTimes(transaction, ofAddress, without(await timesOf(transaction, ofAddress, now), at))
    })
  }

  /** Some records of which nothing counts any more. Keys are digests, so that what lies behind the one in hand is anything. */
  async #oldRecords(key: Key, now: number): Promise<Key[]> {
    const entries = await this.#store.read((snapshot) => snapshot.scan(key, failuresEnd, { limit: sweptMax + 1 }))
    const others = entries.filter(([other]) => Buffer.compare(other, key) !== 0)
    return others.filter(([other, value]) => isOld(value, other, now)).map(([other]) => other)
  }
}

const limitOf = (key: Key): Limit => (key[1] === 0 ? userLimit : addressLimit)

const isOld = (value: Uint8Array | undefined, key: Key, now: number): boolean =>
  value !== undefined && current(decodeSignInFailures(value).times, limitOf(key), now).length === 0

/** Those that count still. After a clock was set back, those of the future count from now. */
const current = (times: readonly number[], { span }: Limit, now: number): number[] =>
  times.map((time) => Math.min(time, now)).filter((time) => now - time < span)

async function timesOf(transaction: Transaction, key: Key, now: number): Promise<number[]> {
  const value = await transaction.get(key)
  return value === undefined ? [] : current(decodeSignInFailures(value).times, limitOf(key), now)
}

function setTimes(transaction: Transaction, key: Key, times: readonly number[]): void {
  if (times.length === 0) transaction.delete(key)
  else transaction.set(key, encodeManagementRecord({ version: 1, times }))
}

/** Milliseconds until another attempt may be made; 0 where it may be made now. */
function waitOf(times: readonly number[], { failuresMax, span }: Limit, now: number): number {
  const last = times.at(-failuresMax)
  return last === undefined ? 0 : last + span - now
}

function without(times: readonly number[], at: number): number[] {
  const index = times.indexOf(at)
  return index === -1 ? [...times] : times.toSpliced(index, 1)
}

function tooMany(wait: number): ApiError {
  const seconds = Math.ceil(wait / 1000)
  const message = `Too many attempts to sign in have failed. Try again in ${seconds} seconds.`
  return new ApiError('TooManyRequests', message, { headers: { 'retry-after': String(seconds) } })
}

const userKeyOf = ({ account, user }: Claimant): Key =>
  failuresOfUserKey(digestOf(JSON.stringify([account, user.normalize('NFC').toLowerCase()])))

const addressKeyOf = ({ address }: Claimant): Key => failuresOfAddressKey(digestOf(networkOf(plainAddress(address))))

/** Of IPv6 the first 64 bits, which are one subscriber's. What is no address stands for itself. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    // A final IPv4 address stands for two groups.
    const after = tail === '' ? [] : tail.split(':')
    const size = after.length + (tail.includes('.') ? 1 : 0)
    for (let missing = 8 - groups.length - size; missing > 0; missing--) groups.push('0')
    groups.push(...after)
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
