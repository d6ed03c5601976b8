/**
 * Which blobs were found to be what was written a moment ago. What many clients read at once, such as the segments of a film, is checked once a
 * minute, not for each of them: a check takes a fifth of the time of a read.
 */
import type { Clock } from '../base/clock.ts'
import type { BlobId } from '../blobs/blob-store.ts'

/** How long a finding counts. */
const soundMs = 60_000

export class SoundBlobs {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #max: number
  /** Until when each counts, the oldest first. */
  readonly #untilMs = new Map<BlobId, number>()

  constructor(clock: Pick<Clock, 'monotonic'>, max = 10_000) {
    this.#clock = clock
    this.#max = max
  }

  has(id: BlobId): boolean {
    const untilMs = this.#untilMs.get(id)
    return untilMs !== undefined && this.#clock.monotonic() < untilMs
  }

  /** It has just been read whole, and its CRC was right. */
  add(id: BlobId): void {
    this.#untilMs.delete(id)
    if (this.#untilMs.size >= this.#max) this.#untilMs.delete(this.#untilMs.keys().next().value!)
    this.#untilMs.set(id, this.#clock.monotonic() + soundMs)
  }
}
