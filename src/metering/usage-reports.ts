/** What was used and stored, day by day: read from the counters that UsageRecorder adds to, and from what jobs/storage-of-day.ts has kept. */
import { afterPrefix } from '../base/bytes.ts'
import { ApiError } from '../base/errors.ts'
import { decodeCounter } from '../metadata/counter.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { Entry, MetadataStore } from '../metadata/metadata-store.ts'
import { dayText, parseDay } from './day.ts'
import { counterIn, dayIn, dayKey, recordsOf, type DailySpace, type MeteredKind } from './keys.ts'
import { merge, type Frequent } from './frequent-objects.ts'
import { decodeObjects } from './objects-of-day.ts'
import { decodeStorage, type StoredThen } from './storage-of-day.ts'
import { countersMax, countsOf, noCounters, type UsageCounts } from './usage-counters.ts'

/** For how many days usage is kept; a report is of as many at most. */
export const daysMax = 400

export interface ReportOptions {
  readonly of: MeteredKind
  /** Of the account, of the bucket (not its name), or of the access key. */
  readonly id: string
  /** The first and the last day of UTC: `2026-11-20`. */
  readonly fromDay: string
  readonly toDay: string
}

/** All fronts together, and each. */
export interface UsageOfDay extends UsageCounts {
  readonly day: string
  readonly s3: UsageCounts
  readonly delivery: UsageCounts
}

/** What was stored when the day had ended. */
export interface StorageOfDay extends StoredThen {
  readonly day: string
}

/** Of a bucket, in all the days asked for. */
export interface ReadObject {
  readonly key: string
  readonly requests: number
  readonly bytesOut: number
}

export class UsageReports {
  readonly #metadata: MetadataStore

  constructor({ metadata }: { readonly metadata: MetadataStore }) {
    this.#metadata = metadata
  }

  /**
   * A row for each day on which there was a request, in order; of today, the last ten seconds may be missing. Throws InvalidArgument for what is
   * no day, for a last day before the first, and for more than 400 days.
   */
  async byDay(options: ReportOptions): Promise<readonly UsageOfDay[]> {
    const rows = new Map<number, number[]>()
    for (const [key, value] of await this.#scan(keyspace.usageOfDay, options, countersMax)) {
      const day = dayIn(key)
      let row = rows.get(day)
      if (row === undefined) rows.set(day, (row = noCounters()))
      row[counterIn(key)] = decodeCounter(value)
    }
    return [...rows].map(([day, row]) => usageOfDay(day, row))
  }

  /**
   * A row for each day after whose end the counters were read, in order: days on which the server did not run may be missing, and so may what never
   * held anything. Throws as `byDay`.
   */
  async storageByDay(options: ReportOptions & { readonly of: 'account' | 'bucket' }): Promise<readonly StorageOfDay[]> {
    const entries = await this.#scan(keyspace.storageOfDay, options, 1)
    return entries.map(([key, value]) => ({ day: dayText(dayIn(key)), ...decodeStorage(value) }))
  }

  /**
   * The objects of a bucket that were read most, the busiest first; each with no more than the truth (see frequent-objects.ts for how much less). Throws
   * as `byDay`.
   */
  async objects(options: Omit<ReportOptions, 'of'>, limit: number): Promise<readonly ReadObject[]> {
    const all = new Map<string, Frequent>()
    for (const [, value] of await this.#scan(keyspace.objectsOfDay, { ...options, of: 'bucket' }, 1))
      merge(all, decodeObjects(value))
    const objects = [...all].map(([key, { requests, bytesOut }]) => ({ key, requests, bytesOut }))
    return objects.toSorted(busiestFirst).slice(0, limit)
  }

  #scan(space: DailySpace, options: ReportOptions, recordsOfDayMax: number): Promise<readonly Entry[]> {
    const first = parseDay(options.fromDay, 'fromDay')
    const last = parseDay(options.toDay, 'toDay')
    if (last < first) throw new ApiError('InvalidArgument', 'toDay must not be before fromDay.')
    if (last - first >= daysMax) throw new ApiError('InvalidArgument', `A report is of at most ${daysMax} days.`)
    const records = recordsOf(space, options.of, options.id)
    const end = afterPrefix(dayKey(records, last))!
    const limit = daysMax * recordsOfDayMax
    return this.#metadata.read((snapshot) => snapshot.scan(dayKey(records, first), end, { limit }))
  }
}

export const busiestFirst = (a: ReadObject, b: ReadObject): number =>
  b.requests - a.requests || b.bytesOut - a.bytesOut || (a.key < b.key ? -1 : 1)

function usageOfDay(day: number, row: readonly number[]): UsageOfDay {
  const [s3, delivery] = [countsOf(row, 's3'), countsOf(row, 'delivery')]
  return {
    day: dayText(day),
    requests: s3.requests + delivery.requests,
    bytesIn: s3.bytesIn + delivery.bytesIn,
    bytesOut: s3.bytesOut + delivery.bytesOut,
    errors: s3.errors + delivery.errors,
    s3,
    delivery,
  }
}
