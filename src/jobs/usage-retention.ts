/** Removes usage that is older than it is kept for, once a day: so many buckets, accounts or keys in a piece. A crash makes it begin again. */
import type { Clock } from '../base/clock.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { Key, MetadataStore } from '../metadata/metadata-store.ts'
import { dayOf } from '../metering/day.ts'
import { removeBefore } from '../metering/retention.ts'
import { daysMax } from '../metering/usage-reports.ts'
import type { Job } from './runner.ts'

export interface UsageRetentionParts {
  readonly metadata: MetadataStore
  readonly clock: Pick<Clock, 'now'>
  /** Things looked at in one piece. */
  readonly atOnce?: number
}

const spaces = [keyspace.usageOfDay, keyspace.storageOfDay, keyspace.objectsOfDay] as const

export function usageRetentionJob({ metadata, clock, atOnce = 100 }: UsageRetentionParts): Job {
  let today = -1
  /** What is to be gone through yet. */
  let left: (typeof spaces)[number][] = []
  let from: Key | undefined
  return {
    name: 'usage retention',
    async work() {
      const day = dayOf(clock.now())
      if (day !== today) {
        left = [...spaces]
        from = undefined
        today = day
      }
      const [space] = left
      if (space === undefined) return 'idle'
      // Today is one of the days that are kept.
      from = await removeBefore(metadata, space, day - daysMax + 1, { from, limit: atOnce })
      if (from === undefined) left.shift()
      return left.length === 0 ? 'idle' : 'busy'
    },
  }
}
