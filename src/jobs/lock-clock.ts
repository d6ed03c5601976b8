/** Keeps the time of the clock by which locks end, so that the next start knows what has passed. */
import type { Clock } from '../base/clock.ts'
import type { LockClock } from '../objects/lock-clock.ts'
import type { Job } from './runner.ts'

const everyMs = 10_000

export function lockClockJob(lockClock: Pick<LockClock, 'keep'>, clock: Pick<Clock, 'monotonic'>): Job {
  let keptAt = -everyMs
  return {
    name: 'lock clock',
    async work() {
      if (clock.monotonic() - keptAt < everyMs) return 'idle'
      await lockClock.keep()
      keptAt = clock.monotonic()
      return 'idle'
    },
  }
}
