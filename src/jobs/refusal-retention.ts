/** Removes refusals that are too old or too many: looks when some came, and once a minute for those that have grown old. */
import type { Clock } from '../base/clock.ts'
import type { RefusalLog } from '../refusals/refusal-log.ts'
import type { Job } from './runner.ts'

const idleMs = 60_000

export function refusalRetentionJob(log: Pick<RefusalLog, 'stamp' | 'trim'>, clock: Pick<Clock, 'monotonic'>): Job {
  let seen: number | undefined
  let dueMs = -Infinity
  return {
    name: 'refusal retention',
    async work() {
      const { stamp } = log
      const nowMs = clock.monotonic()
      if (stamp === seen && nowMs < dueMs) return 'idle'
      const isMore = await log.trim()
      // What is removed changes the stamp, too: then there is one look more.
      seen = stamp
      dueMs = nowMs + idleMs
      return isMore ? 'busy' : 'idle'
    },
  }
}
