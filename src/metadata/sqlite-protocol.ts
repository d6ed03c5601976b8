/**
 * What a thread and the writer say to each other.
 *
 * Transactions travel packed one after another in chunks of memory, which are transferred, not copied, and come back with the answer to
 * be used again. Answers are in the order of the questions. Numbers are little-endian:
 *
 *     counts       5 × u32: exclusive guards, shared guards, ranges, points, additions
 *     exclusive    slot u32, exclusive stamp i32, shared stamp i32
 *     shared       slot u32, exclusive stamp i32
 *     range        size of start u32, size of end u32, start, end
 *     point        size of key u32, size of value u32 (2^32 - 1: deleted), key, value
 *     addition     size of key u32, delta f64, key
 */
import type { MessagePort } from 'node:worker_threads'
import type { Changes } from './changes.ts'
import type { Claim, SharedGuards } from './guard-table.ts'
import type { Key, Value } from './metadata-store.ts'
import type { KeyRange } from './ordered-map.ts'

/** What a thread needs to join: passed to it as it is, with `port` in the list of what is transferred. */
export interface SqliteHandle {
  readonly folder: string
  readonly guards: SharedGuards
  readonly port: MessagePort
}

export interface WriterSettings {
  readonly folder: string
  readonly guards: SharedGuards
  /** Bytes in the write-ahead log from which on they are moved into the database, apart from the commits. */
  readonly checkpointSize: number
  /** From this size on, the log is started anew. */
  readonly walSizeMax: number
}

/** From the opening thread to the writer, over the worker's own port. */
export type WriterOrder = { readonly join: MessagePort } | { readonly close: true }

/** From the writer to the opening thread, over the worker's own port. */
export type WriterReport = 'ready' | { readonly fault: string }

export interface Chunk {
  readonly memory: ArrayBuffer
  /** Of the memory, how much is used. */
  readonly size: number
  readonly transactions: number
}

/** From a thread to the writer. */
export interface Submission {
  readonly chunks: readonly Chunk[]
}

export const outcome = { committed: 0, conflict: 1, failed: 2 } as const

export interface Failure {
  /** Undefined: a bug. */
  readonly code: 'InsufficientStorage' | 'ServiceUnavailable' | undefined
  readonly message: string
}

/** From the writer to a thread: one outcome for each transaction, in their order. */
export interface Answer {
  readonly outcomes: Uint8Array
  /** One for each that failed, in their order. */
  readonly failures: readonly Failure[]
  readonly memories: readonly ArrayBuffer[]
}

export interface PackedPoint {
  readonly key: Key
  /** Undefined: deleted. */
  readonly value: Value | undefined
}

export interface PackedTransaction {
  readonly claim: Claim
  readonly ranges: readonly KeyRange[]
  readonly points: readonly PackedPoint[]
  readonly additions: readonly { readonly key: Key; readonly delta: number }[]
}

const deleted = 0xffffffff

/** The bytes that `pack` will write. */
export function packedSize({ exclusive, shared }: Claim, { ranges, points, additions }: Changes): number {
  let size = 20 + 12 * exclusive.length + 8 * shared.length
  for (const [start, end] of ranges) size += 8 + start.length + end.length
  for (const { key, value } of points.values()) size += 8 + key.length + (value === undefined ? 0 : value.length)
  for (const { key } of additions.values()) size += 12 + key.length
  return size
}

/** Writes the transaction at `at`, answers the offset after it. */
export function pack(claim: Claim, changes: Changes, into: Buffer, at: number): number {
  const { exclusive, shared, seen } = claim
  at = into.writeUInt32LE(exclusive.length, at)
  at = into.writeUInt32LE(shared.length, at)
  at = into.writeUInt32LE(changes.ranges.length, at)
  at = into.writeUInt32LE(changes.points.size, at)
  at = into.writeUInt32LE(changes.additions.size, at)
  let seenAt = 0
  for (const slot of exclusive) {
    at = into.writeUInt32LE(slot, at)
    at = into.writeInt32LE(seen[seenAt++]!, at)
    at = into.writeInt32LE(seen[seenAt++]!, at)
  }
  for (const slot of shared) {
    at = into.writeUInt32LE(slot, at)
    at = into.writeInt32LE(seen[seenAt++]!, at)
  }
  for (const [start, end] of changes.ranges) {
    at = into.writeUInt32LE(start.length, at)
    at = into.writeUInt32LE(end.length, at)
    at = put(into, start, at)
    at = put(into, end, at)
  }
  for (const { key, value } of changes.points.values()) {
    at = into.writeUInt32LE(key.length, at)
    at = into.writeUInt32LE(value === undefined ? deleted : value.length, at)
    at = put(into, key, at)
    if (value !== undefined) at = put(into, value, at)
  }
  for (const { key, delta } of changes.additions.values()) {
    at = into.writeUInt32LE(key.length, at)
    at = into.writeDoubleLE(delta, at)
    at = put(into, key, at)
  }
  return at
}

function put(into: Buffer, bytes: Uint8Array, at: number): number {
  into.set(bytes, at)
  return at + bytes.length
}

/** The transactions of a chunk. Their keys and values lie in its memory. */
export function unpack({ memory, size, transactions }: Chunk): PackedTransaction[] {
  const from = new Unpacking(Buffer.from(memory, 0, size))
  return Array.from({ length: transactions }, () => from.transaction())
}

class Unpacking {
  readonly #from: Buffer
  #at = 0

  constructor(from: Buffer) {
    this.#from = from
  }

  transaction(): PackedTransaction {
    const exclusiveCount = this.#number()
    const sharedCount = this.#number()
    const rangeCount = this.#number()
    const pointCount = this.#number()
    const additionCount = this.#number()
    const claim = this.#claim(exclusiveCount, sharedCount)
    const ranges: KeyRange[] = []
    for (let n = 0; n < rangeCount; n++) {
      const startSize = this.#number()
      const endSize = this.#number()
      ranges.push([this.#bytes(startSize), this.#bytes(endSize)])
    }
    const points: PackedPoint[] = []
    for (let n = 0; n < pointCount; n++) {
      const keySize = this.#number()
      const valueSize = this.#number()
      points.push({ key: this.#bytes(keySize), value: valueSize === deleted ? undefined : this.#bytes(valueSize) })
    }
    const additions: { key: Key; delta: number }[] = []
    for (let n = 0; n < additionCount; n++) {
      const keySize = this.#number()
      const delta = this.#from.readDoubleLE(this.#at)
      this.#at += 8
      additions.push({ key: this.#bytes(keySize), delta })
    }
    return { claim, ranges, points, additions }
  }

  #claim(exclusiveCount: number, sharedCount: number): Claim {
    const claim = { exclusive: [] as number[], shared: [] as number[], seen: [] as number[] }
    for (let n = 0; n < exclusiveCount; n++) {
      claim.exclusive.push(this.#number())
      claim.seen.push(this.#signed(), this.#signed())
    }
    for (let n = 0; n < sharedCount; n++) {
      claim.shared.push(this.#number())
      claim.seen.push(this.#signed())
    }
    return claim
  }

  #number(): number {
    const number = this.#from.readUInt32LE(this.#at)
    this.#at += 4
    return number
  }

  #signed(): number {
    return this.#number() | 0
  }

  #bytes(size: number): Uint8Array {
    return this.#from.subarray(this.#at, (this.#at += size))
  }
}
