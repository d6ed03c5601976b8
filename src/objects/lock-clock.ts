/**
 * The time by which locks end. The machine's clock may be set, by mistake or to get rid of a lock; so this one never runs ahead of what can
 * have passed: while the process runs, at most twice as fast as its monotonic clock; over a restart, at most a day (a longer stop is caught
 * up with at the double speed). Where the machine's clock is behind, it is the machine's.
 */
import type { Clock } from '../base/clock.ts'
import { decodeCounter, encodeCounter } from '../metadata/counter.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'

const record = Buffer.concat([Buffer.from([keyspace.system]), Buffer.from('lock clock')])
const restartMaxMs = 86_400_000
const speedMax = 2

export interface LockClock {
  /** Milliseconds since 1970; never later than the machine's clock. */
  now(): number
  /** Keeps the time for the next start. To be called every minute or so. */
  keep(): Promise<void>
}

export async function openLockClock(metadata: MetadataStore, clock: Clock): Promise<LockClock> {
  const kept = decodeCounter(await metadata.get(record))
  const startMs = clock.monotonic()
  const baseMs = kept === 0 ? clock.now() : Math.min(clock.now(), kept + restartMaxMs)
  const now = (): number => Math.floor(Math.min(clock.now(), baseMs + speedMax * (clock.monotonic() - startMs)))
  return {
    now,
    keep: () =>
      metadata.transact({ exclusive: [record] }, async (transaction) => {
        const before = decodeCounter(await transaction.get(record))
        if (now() > before) transaction.set(record, encodeCounter(now()))
      }),
  }
}
