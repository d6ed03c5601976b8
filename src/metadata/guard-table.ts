/**
 * Guards as numbers in shared memory: what makes transactions optimistic, on any number of threads.
 *
 * A guard's key is hashed to a slot. Each slot has an exclusive stamp, which changes when a transaction with such an exclusive guard
 * has committed, and a shared stamp, likewise. A transaction notes the stamps of its guards before it reads anything; whoever commits
 * it checks that they are still the same, and changes them after the commit is durable and before it is acknowledged. Two guards in
 * one slot are taken for one: a needless conflict, never a missed one. Each slot also counts those who lost too often, to whom
 * newcomers give way.
 */
import { ApiError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { Guards, Key } from './metadata-store.ts'

/** What another thread needs in order to see the same table. */
export interface SharedGuards {
  readonly memory: SharedArrayBuffer
  /** Secret, so that nobody can choose keys which collide. */
  readonly seed: number
}

/** The guards of one transaction. */
export interface Claim {
  /** Slots in ascending order, each once. */
  readonly exclusive: readonly number[]
  readonly shared: readonly number[]
  /** Stamps as last seen: two for each exclusive slot (exclusive, shared), then one for each shared slot (exclusive). */
  readonly seen: number[]
}

/** The most guards of either kind in one transaction. */
export const guardsMax = 4096

/** Memory for a table of 2^`bits` slots. It is only occupied where slots are used. */
export function createSharedGuards(random: Random, bits: number): SharedGuards {
  return { memory: new SharedArrayBuffer(3 * 4 * 2 ** bits + 4), seed: random.bytes(4).readInt32LE() }
}

export class GuardTable {
  readonly #exclusive: Int32Array
  readonly #shared: Int32Array
  readonly #losers: Int32Array
  readonly #commits: Int32Array
  readonly #seed: number
  readonly #mask: number

  constructor({ memory, seed }: SharedGuards) {
    const slots = (memory.byteLength - 4) / 12
    this.#exclusive = new Int32Array(memory, 0, slots)
    this.#shared = new Int32Array(memory, 4 * slots, slots)
    this.#losers = new Int32Array(memory, 8 * slots, slots)
    this.#commits = new Int32Array(memory, 12 * slots, 1)
    this.#seed = seed
    this.#mask = slots - 1
  }

  /** The exclusive stamp of a guard. */
  stamp(guard: Key): number {
    return Atomics.load(this.#exclusive, this.#slotOf(guard))
  }

  claim({ exclusive, shared = [] }: Guards): Claim {
    if (exclusive.length > guardsMax || shared.length > guardsMax) throw new RangeError('too many guards')
    return { exclusive: this.#slotsOf(exclusive), shared: this.#slotsOf(shared), seen: [] }
  }

  /** Notes the stamps: before anything is read. */
  see({ exclusive, shared, seen }: Claim): void {
    let at = 0
    for (const slot of exclusive) {
      seen[at++] = Atomics.load(this.#exclusive, slot)
      seen[at++] = Atomics.load(this.#shared, slot)
    }
    for (const slot of shared) seen[at++] = Atomics.load(this.#exclusive, slot)
  }

  /** Whether nobody has committed against the claim since it was seen. */
  holds({ exclusive, shared, seen }: Claim): boolean {
    let at = 0
    for (const slot of exclusive) {
      if (Atomics.load(this.#exclusive, slot) !== seen[at++]) return false
      if (Atomics.load(this.#shared, slot) !== seen[at++]) return false
    }
    for (const slot of shared) if (Atomics.load(this.#exclusive, slot) !== seen[at++]) return false
    return true
  }

  /** Changes the stamps: after the commit, before the acknowledgement. */
  bump({ exclusive, shared }: Pick<Claim, 'exclusive' | 'shared'>): void {
    for (const slot of exclusive) Atomics.add(this.#exclusive, slot, 1)
    for (const slot of shared) Atomics.add(this.#shared, slot, 1)
  }

  /** How many commits there were: what is the same before and after a read tells that the read was of the latest. */
  get commits(): number {
    return Atomics.load(this.#commits, 0)
  }

  /** Counts a commit: when it is visible, and before its stamps change, so that whoever sees a new stamp sees a new count. */
  countCommit(): void {
    Atomics.add(this.#commits, 0, 1)
  }

  /** Whether somebody asks for precedence on one of the slots. */
  contended({ exclusive, shared }: Claim): boolean {
    for (const slot of exclusive) if (Atomics.load(this.#losers, slot) !== 0) return true
    for (const slot of shared) if (Atomics.load(this.#losers, slot) !== 0) return true
    return false
  }

  /** Asks for precedence (1) or gives it back (-1). */
  precede({ exclusive, shared }: Claim, by: 1 | -1): void {
    for (const slot of exclusive) Atomics.add(this.#losers, slot, by)
    for (const slot of shared) Atomics.add(this.#losers, slot, by)
  }

  #slotsOf(keys: readonly Key[]): number[] {
    if (keys.length === 0) return []
    if (keys.length === 1) return [this.#slotOf(keys[0]!)]
    const slots = keys.map((key) => this.#slotOf(key)).sort((a, b) => a - b)
    return slots.filter((slot, index) => slot !== slots[index - 1])
  }

  /** FNV-1a from a random start, then Murmur3's last step so that every bit of the key reaches every bit of the slot. */
  #slotOf(key: Key): number {
    let hash = this.#seed
    for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key[index]!, 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return (hash ^ (hash >>> 16)) & this.#mask
  }
}

/** Lets the transactions of one thread that share an exclusive slot run one after another, so that a hot key costs no retries. */
export class SlotQueue {
  readonly #waiting = new Map<number, (() => void)[]>()
  readonly #lengthMax: number

  constructor(lengthMax = 1000) {
    this.#lengthMax = lengthMax
  }

  /** Undefined where all the slots are free and now taken, else a promise of it. SlowDown if too many wait. Slots ascend, so nobody
   * waits in a ring. */
  enter(slots: readonly number[]): Promise<void> | undefined {
    for (const slot of slots) if (this.#waiting.has(slot)) return this.#enterEach(slots)
    for (const slot of slots) this.#waiting.set(slot, [])
    return undefined
  }

  leave(slots: readonly number[]): void {
    for (const slot of slots) {
      const next = this.#waiting.get(slot)?.shift()
      if (next === undefined) this.#waiting.delete(slot)
      else next()
    }
  }

  async #enterEach(slots: readonly number[]): Promise<void> {
    for (const [index, slot] of slots.entries()) {
      const waiting = this.#waiting.get(slot)
      if (waiting === undefined) {
        this.#waiting.set(slot, [])
      } else if (waiting.length >= this.#lengthMax) {
        this.leave(slots.slice(0, index))
        throw new ApiError('SlowDown')
      } else {
        await new Promise<void>((resolve) => void waiting.push(resolve))
      }
    }
  }
}
