/** Requests by bucket, for the buckets that were asked for lately. Those that were not are forgotten, so that many buckets take no more memory. */
import type { RequestEnd } from '../http/listener.ts'

/** All of it can be sent to another thread. */
export interface BucketCount {
  readonly bucket: string
  /** Requests by the first digit of their answer's status, from 1 to 5. */
  readonly requests: readonly number[]
  readonly bytesIn: number
  readonly bytesOut: number
}

/** Of them at most are counted at once. */
export const bucketsMax = 1000

interface Row {
  readonly requests: number[]
  bytesIn: number
  bytesOut: number
}

/**
 * Two generations stand in for an order by last use, which would cost at every request: what is used moves to the young one, and when that
 * is full it becomes the old one, whose rows nobody has used since are forgotten.
 */
export class BucketCounters {
  #young = new Map<string, Row>()
  #old = new Map<string, Row>()

  count(bucket: string, { status, bytesIn, bytesOut }: Pick<RequestEnd, 'status' | 'bytesIn' | 'bytesOut'>): void {
    const row = this.#young.get(bucket) ?? this.#rejuvenated(bucket)
    row.requests[Math.min(4, Math.max(0, ((status / 100) | 0) - 1))]! += 1
    row.bytesIn += bytesIn
    row.bytesOut += bytesOut
  }

  snapshot(): readonly BucketCount[] {
    return [...this.#old, ...this.#young].map(([bucket, row]) => ({ bucket, ...row }))
  }

  #rejuvenated(bucket: string): Row {
    const row = this.#old.get(bucket) ?? { requests: [0, 0, 0, 0, 0], bytesIn: 0, bytesOut: 0 }
    this.#old.delete(bucket)
    if (this.#young.size >= bucketsMax / 2) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(bucket, row)
    return row
  }
}
