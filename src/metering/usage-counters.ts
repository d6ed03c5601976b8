/** What is counted of requests: four measures for each of the fronts that clients use, each a counter of its own. */
import { keyspace } from '../metadata/keyspace.ts'
import type { Key } from '../metadata/metadata-store.ts'
import { dayKey, recordsOf, type MeteredKind } from './keys.ts'

export interface UsageCounts {
  /** All that were answered, or given up by the client. */
  readonly requests: number
  /** Of request bodies, as far as they were read. */
  readonly bytesIn: number
  /** Of the bodies of answers. */
  readonly bytesOut: number
  /** Requests that were answered with a status from 400 on; of those that the client gave up, too. */
  readonly errors: number
}

/** Their place in a row of counters is their number: never changed, only added to. */
const fronts = ['s3', 'delivery'] as const
export const measures = ['requests', 'bytesIn', 'bytesOut', 'errors'] as const satisfies readonly (keyof UsageCounts)[]

type MeteredFront = (typeof fronts)[number]

export const countersMax = fronts.length * measures.length

export const noCounters = (): number[] => Array.from({ length: countersMax }, () => 0)

/** The row's counters of one front. */
export function countsOf(row: readonly number[], front: MeteredFront): UsageCounts {
  const first = fronts.indexOf(front) * measures.length
  return {
    requests: row[first]!,
    bytesIn: row[first + 1]!,
    bytesOut: row[first + 2]!,
    errors: row[first + 3]!,
  }
}

export const counterKey = (kind: MeteredKind, id: string, day: number, counter: number): Key =>
  Buffer.concat([dayKey(recordsOf(keyspace.usageOfDay, kind, id), day), Buffer.of(counter)])
