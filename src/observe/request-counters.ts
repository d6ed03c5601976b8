/**
 * What one thread counts of the requests that it has answered. Counting is on the path of every request, so that it finds a row of plain
 * numbers and adds to them; what the numbers are called is for metrics.ts to say.
 */
import type { RequestEnd } from '../http/listener.ts'
import type { Served } from '../http/message.ts'
import { BucketCounters, type BucketCount } from './bucket-counters.ts'

/** Upper bounds of the ranges that durations are counted in; above the last is one more. */
export const durationBoundsMs: readonly number[] = [
  ...[0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500],
  ...[1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000],
]

/** Requests of one operation; all of it can be sent to another thread. */
export interface OperationCount {
  /** `none`: refused before any front had it, or of a front that says nothing. */
  readonly front: Served['front'] | 'none'
  readonly operation: string
  /** Requests by their answer's status. */
  readonly statuses: readonly (readonly [status: number, requests: number])[]
  /** Requests in each range of durations, the last being those above all bounds. */
  readonly durations: readonly number[]
  readonly durationSumMs: number
  readonly bytesIn: number
  readonly bytesOut: number
}

export interface RequestCounts {
  readonly operations: readonly OperationCount[]
  readonly buckets: readonly BucketCount[]
}

/** Names of operations are ours, and few; should they come to be many, they are counted together. */
const operationsMax = 512
const statusMin = 100
const statusMax = 599

export class RequestCounters {
  readonly #rows: Row[] = []
  readonly #fronts = {
    s3: new Map<string, Row>(),
    delivery: new Map<string, Row>(),
    management: new Map<string, Row>(),
  }
  readonly #none: Row
  readonly #buckets = new BucketCounters()
  #last: Row

  constructor() {
    this.#none = this.#add('none', 'none')
    this.#last = this.#none
  }

  count(end: RequestEnd): void {
    const { served } = end.request
    const row = served === undefined ? this.#none : this.#rowOf(served)
    const { status, durationMs } = end
    row.statuses[(status >= statusMin && status <= statusMax ? status : statusMax) - statusMin]! += 1
    let range = 0
    while (range < durationBoundsMs.length && durationMs > durationBoundsMs[range]!) range++
    row.durations[range]! += 1
    row.durationSumMs += durationMs
    row.bytesIn += end.bytesIn
    row.bytesOut += end.bytesOut
    if (served?.bucket !== undefined) this.#buckets.count(served.bucket.name, end)
  }

  snapshot(): RequestCounts {
    const operations = this.#rows.filter((row) => row.statuses.some((requests) => requests > 0)).map(countOf)
    return { operations, buckets: this.#buckets.snapshot() }
  }

  #rowOf({ front, operation }: Served): Row {
    const last = this.#last
    if (last.operation === operation && last.front === front) return last
    const rows = this.#fronts[front]
    let row = rows.get(operation)
    if (row === undefined) {
      row = rows.size < operationsMax ? this.#add(front, operation) : this.#none
      rows.set(operation, row)
    }
    return (this.#last = row)
  }

  #add(front: Row['front'], operation: string): Row {
    const row = new Row(front, operation)
    this.#rows.push(row)
    return row
  }
}

class Row {
  readonly front: OperationCount['front']
  readonly operation: string
  /** Numbers of 64 bits hold any count; those of 32 bits overflow. */
  readonly statuses = new Float64Array(statusMax - statusMin + 1)
  readonly durations = new Float64Array(durationBoundsMs.length + 1)
  durationSumMs = 0
  bytesIn = 0
  bytesOut = 0

  constructor(front: OperationCount['front'], operation: string) {
    this.front = front
    this.operation = operation
  }
}

function countOf({ front, operation, statuses, durations, durationSumMs, bytesIn, bytesOut }: Row): OperationCount {
  const counted: [number, number][] = []
  for (const [at, requests] of statuses.entries()) if (requests > 0) counted.push([at + statusMin, requests])
  return {
    front,
    // A front that found no operation.
    operation: operation === '' ? 'Unserved' : operation,
    statuses: counted,
    durations: [...durations],
    ...{ durationSumMs, bytesIn, bytesOut },
  }
}
