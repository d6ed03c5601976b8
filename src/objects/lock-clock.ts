/**
 * The time by which locks end. The machine's clock may be set, by mistake or to get rid of a lock; so this one never runs ahead of what can
 * have passed: at most twice as fast as the process's monotonic clock, and not at all while no process runs, since how long that was only
 * the machine's clock could tell. So after a stop it is behind, by as much as the stop was long, until it has caught up at the double speed;
 * locks end that much later. Where the machine's clock is behind, it is the machine's.
 */
import type { Clock } from '../base/clock.ts'
import { decodeCounter, encodeCounter } from '../metadata/counter.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'

const record = Buffer.concat([Buffer.from([keyspace.system]), Buffer.from('lock clock')])
const speedMax = 2

export interface LockClock {
  /** Milliseconds since 1970; never later than the machine's clock. */
  now(): number
  /** Keeps the time for the next start. To be called every few seconds, and at the end. */
  keep(): Promise<void>
}

export async function openLockClock(metadata: MetadataStore, clock: Clock): Promise<LockClock> {
  const kept = decodeCounter(await metadata.get(record))
  const startMs = clock.monotonic()
  const baseMs = kept === 0 ? clock.now() : Math.min(clock.now(), kept)
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
