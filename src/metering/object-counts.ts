/** Counts which objects are asked for, in one thread between two flushes: in bounded memory, and in constant time for each request. */
import { reduce, type Frequent } from './frequent-objects.ts'

/** Counters that a thread keeps; for a moment there may be twice as many. */
export const countersKeptMax = 1000

/** What was counted of a bucket on a day. */
export interface ObjectsOfBucket {
  readonly bucketId: string
  readonly day: number
  readonly counters: ReadonlyMap<string, Frequent>
}

export class ObjectCounts {
  readonly #day: number
  readonly #kept: number
  /** By the bucket's id, then by key: so that counting puts no names together. */
  #buckets = new Map<string, Map<string, Frequent>>()
  #size = 0

  constructor(day: number, kept = countersKeptMax) {
    this.#day = day
    this.#kept = kept
  }

  count(bucketId: string, key: string, bytesOut: number): void {
    const counter = this.#buckets.get(bucketId)?.get(key)
    if (counter === undefined) return this.#begin(bucketId, key, bytesOut)
    counter.weight++
    counter.requests++
    counter.bytesOut += bytesOut
  }

  *objects(): Generator<ObjectsOfBucket> {
    for (const [bucketId, counters] of this.#buckets) yield { bucketId, day: this.#day, counters }
  }

  #begin(bucketId: string, key: string, bytesOut: number): void {
    let counters = this.#buckets.get(bucketId)
    if (counters === undefined) this.#buckets.set(bucketId, (counters = new Map<string, Frequent>()))
    // A copy: a key is a part of its request's target, the whole of which it would keep in memory.
    counters.set(Buffer.from(key).toString(), { weight: 1, requests: 1, bytesOut })
    if (++this.#size >= 2 * this.#kept) this.#reduce()
  }

  #reduce(): void {
    const all = new Map<Place, Frequent>()
    for (const [bucketId, counters] of this.#buckets)
      for (const [key, counter] of counters) all.set({ bucketId, key }, counter)
    reduce(all, this.#kept)
    this.#size = all.size
    this.#buckets = new Map()
    for (const [{ bucketId, key }, counter] of all) {
      let counters = this.#buckets.get(bucketId)
      if (counters === undefined) this.#buckets.set(bucketId, (counters = new Map<string, Frequent>()))
      counters.set(key, counter)
    }
  }
}

interface Place {
  readonly bucketId: string
  readonly key: string
}
