/** Usage of one day, counted in memory: rows of counters by account, bucket and access key. How many rows there may be is the caller's to bound. */
import type { MeteredKind } from './keys.ts'
import { noCounters } from './usage-counters.ts'

/** The counters of one thing on one day. */
export interface Row {
  readonly kind: MeteredKind
  readonly id: string
  readonly day: number
  readonly counters: number[]
}

export class Tallies {
  readonly day: number
  readonly #account = new Map<string, number[]>()
  readonly #bucket = new Map<string, number[]>()
  readonly #key = new Map<string, number[]>()

  constructor(day: number) {
    this.day = day
  }

  get size(): number {
    return this.#account.size + this.#bucket.size + this.#key.size
  }

  find(kind: MeteredKind, id: string): number[] | undefined {
    return this.#mapOf(kind).get(id)
  }

  /** A new row, in which nothing is counted yet. */
  begin(kind: MeteredKind, id: string): number[] {
    const counters = noCounters()
    this.#mapOf(kind).set(id, counters)
    return counters
  }

  *rows(): Generator<Row> {
    for (const kind of ['account', 'bucket', 'key'] as const)
      for (const [id, counters] of this.#mapOf(kind)) yield { kind, id, day: this.day, counters }
  }

  #mapOf(kind: MeteredKind): Map<string, number[]> {
    return kind === 'account' ? this.#account : kind === 'bucket' ? this.#bucket : this.#key
  }
}
