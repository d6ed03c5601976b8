/** Runs a transaction's body against reads that may change under it, and again while its guards did not hold. */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '../base/errors.ts'
import { Changes, type SyncSnapshot } from './changes.ts'
import type { Claim, GuardTable, SlotQueue } from './guard-table.ts'
import type { Awaitable, Guards, Transaction } from './metadata-store.ts'

/** A body is run at most so often. */
const attemptsMax = 50
/** After so many lost attempts a transaction asks for precedence. */
const patience = 3
/** How often, a millisecond each, one gives way to others. */
const givingWayMax = 20

export interface Committing {
  readonly table: GuardTable
  readonly queue: SlotQueue
  readonly base: SyncSnapshot
  /** Makes the changes durable and bumps the claim's stamps; or answers false, and nothing has changed, if the claim doesn't hold. */
  commit(claim: Claim, changes: Changes): Awaitable<boolean>
}

/** What `MetadataStore.transact` does. */
export async function transactOptimistically<T>(
  { table, queue, base, commit }: Committing,
  guards: Guards,
  body: (transaction: Transaction) => Awaitable<T>,
): Promise<T> {
  const claim = table.claim(guards)
  const waiting = queue.enter(claim.exclusive)
  if (waiting !== undefined) await waiting
  let preceding = false
  try {
    if (table.contended(claim)) await giveWay(table, claim)
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      if (attempt > 0) await nextTurn()
      if (attempt === patience) {
        table.precede(claim, 1)
        preceding = true
      }
      const changes = new Changes(base)
      table.see(claim)
      let result: T
      try {
        const running = body(changes)
        result = isPromiseLike(running) ? await running : running
      } catch (error) {
        // It may have thrown over a mixture of old and new records.
        if (!table.holds(claim)) continue
        throw error
      }
      if (changes.empty) {
        if (table.holds(claim)) return result
      } else if (await commit(claim, changes)) return result
    }
    throw new ApiError('OperationAborted')
  } finally {
    if (preceding) table.precede(claim, -1)
    queue.leave(claim.exclusive)
  }
}

async function giveWay(table: GuardTable, claim: Claim): Promise<void> {
  for (let waits = 0; waits < givingWayMax && table.contended(claim); waits++) await delay(1)
}

export const isPromiseLike = <T>(value: Awaitable<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
