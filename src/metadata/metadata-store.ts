/**
 * Where records are kept: ordered byte keys to byte values, changed in transactions.
 *
 * Concurrency is by *guards*: keys, named up front, that stand for what a transaction reads and changes. Two transactions
 * that share an exclusive guard, or one exclusive and one shared, behave as if one ran after the other; two that share
 * only shared guards do not wait for each other. What a transaction reads outside its guards may be older. A store may run
 * a body more than once (after a conflict), so a body has no side effects, and is bounded in time and size.
 */

export type Key = Uint8Array
export type Value = Uint8Array
export type Entry = readonly [key: Key, value: Value]
export type Awaitable<T> = T | PromiseLike<T>

export interface Guards {
  /** Nobody else may hold these, exclusively or shared, while the transaction runs. */
  readonly exclusive: readonly Key[]
  /** Others may share these, but nobody may hold them exclusively. */
  readonly shared?: readonly Key[]
}

export interface ScanOptions {
  /** The most entries to return, at least 1. */
  readonly limit: number
  /** From the end of the range to its start. */
  readonly reverse?: boolean
}

export interface Snapshot {
  get(key: Key): Awaitable<Value | undefined>
  /** Entries with start ≤ key < end, in byte order (`compareBytes`), at most `limit`. */
  scan(start: Key, end: Key, options: ScanOptions): Awaitable<readonly Entry[]>
}

export interface Transaction extends Snapshot {
  set(key: Key, value: Value): void
  delete(key: Key): void
  /** Deletes every key with start ≤ key < end. */
  deleteRange(start: Key, end: Key): void
  /** Adds to a counter (absent counts as 0) without a conflict with others who add. Not to be read in the same transaction. */
  add(key: Key, delta: number): void
}

export interface MetadataStore {
  /** Reads from one consistent view. */
  read<T>(body: (snapshot: Snapshot) => Awaitable<T>): Promise<T>
  /**
   * A single read outside any snapshot, synchronous where the store can: the hot path of GetObject.
   * It sees every transaction whose `transact` has resolved before the call, on any thread of this process.
   */
  get(key: Key): Awaitable<Value | undefined>
  /**
   * Runs the body and applies its changes all or none; durable when it resolves. If the body throws, nothing is changed
   * and the error is passed on. After too many conflicts it throws ApiError OperationAborted.
   */
  transact<T>(guards: Guards, body: (transaction: Transaction) => Awaitable<T>): Promise<T>
  /**
   * A number that changes, at the latest before `transact` resolves, whenever a transaction with this exclusive guard commits, on any
   * thread. Read it before reading what the guard stands for; a cached copy is current while the number is the same.
   */
  stamp(guard: Key): number
  close(): Promise<void>
}
