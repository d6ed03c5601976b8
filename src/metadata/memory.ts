/** Records in memory, for tests and simulations: nothing outlives the process, and faults come on demand. */
import assert from 'node:assert/strict'
import { ApiError } from '../base/errors.ts'
import { type Random, systemRandom } from '../base/random.ts'
import type { Changes } from './changes.ts'
import { decodeCounter, encodeCounter } from './counter.ts'
import { type Claim, createSharedGuards, GuardTable, SlotQueue } from './guard-table.ts'
import type { MetadataStore } from './metadata-store.ts'
import { type Committing, transactOptimistically } from './optimistic.ts'
import { emptyOrderedMap, type OrderedMap } from './ordered-map.ts'

/**
 * What happens to a commit: `before`, it fails and nothing has changed; `after`, it is reported to have failed although it was applied
 * (a commit whose outcome is unknown); `conflict`, the body is run again.
 */
export type CommitFault = 'before' | 'after' | 'conflict'

export interface MemoryStoreOptions {
  /** The records to begin with: those of another store, to simulate a restart. */
  readonly records?: OrderedMap
  /** Asked at each commit that changes something, counted from 1. */
  readonly fault?: (commit: number) => CommitFault | undefined
  /** Awaited before every commit: a simulation chooses the interleaving with it. */
  readonly pause?: () => Promise<void>
  readonly random?: Random
}

export interface MemoryStore extends MetadataStore {
  /** All that is committed; never changes after it was taken. */
  readonly records: OrderedMap
}

export function createMemoryStore({
  records = emptyOrderedMap,
  fault = () => undefined,
  pause,
  random = systemRandom,
}: MemoryStoreOptions = {}): MemoryStore {
  const table = new GuardTable(createSharedGuards(random, 12))
  let commits = 0
  let closed = false

  function commitNow(claim: Claim, changes: Changes): boolean {
    if (!table.holds(claim)) return false
    const outcome = fault(++commits)
    if (outcome === 'conflict') return false
    if (outcome === 'before') throw new ApiError('ServiceUnavailable', 'The commit failed, as asked.')
    records = applied(records, changes)
    table.bump(claim)
    if (outcome === 'after') throw new ApiError('ServiceUnavailable', 'The outcome of the commit is unknown, as asked.')
    return true
  }

  const committing: Committing = {
    table,
    queue: new SlotQueue(),
    base: {
      get: (key) => records.get(key),
      scan: (start, end, options) => records.scan(start, end, options),
    },
    commit: pause === undefined ? commitNow : async (claim, changes) => (await pause(), commitNow(claim, changes)),
  }

  return {
    get records() {
      return records
    },
    async read(body) {
      assert(!closed, 'the store is closed')
      return body(records)
    },
    get(key) {
      assert(!closed, 'the store is closed')
      return records.get(key)
    },
    async transact(guards, body) {
      assert(!closed, 'the store is closed')
      return transactOptimistically(committing, guards, body)
    },
    stamp: (guard) => table.stamp(guard),
    async close() {
      closed = true
    },
  }
}

/** Copies keys and values, so that who gave them may use the memory again. */
function applied(records: OrderedMap, changes: Changes): OrderedMap {
  for (const range of changes.ranges) records = records.without(range)
  for (const { key, value } of changes.points.values()) {
    records = records.with(new Uint8Array(key), value === undefined ? undefined : new Uint8Array(value))
  }
  for (const { key, delta } of changes.additions.values()) {
    const count = decodeCounter(records.get(key)) + delta
    assert(Number.isSafeInteger(count))
    records = records.with(new Uint8Array(key), new Uint8Array(encodeCounter(count)))
  }
  return records
}
