/** Sends a body at so many bytes a second: in small pieces, each in its time. */
import type { Clock } from '../base/clock.ts'

export interface Pace {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly sleep: (ms: number) => Promise<unknown>
}

/** Between two pieces, so that a client that goes away is noticed soon. */
const pieceMs = 100
/** How much a client that fell behind may catch up on at once. */
const behindMaxMs = 1000

/** The same bytes, at most `rate` (1 or more) a second. Chunks are valid until the next is asked for. */
export async function* throttled(
  body: Uint8Array | AsyncIterable<Uint8Array>,
  rate: number,
  { clock, sleep }: Pace,
): AsyncGenerator<Uint8Array> {
  const pieceSize = Math.max(1, Math.floor((rate * pieceMs) / 1000))
  let dueMs = clock.monotonic()
  for await (const chunk of body instanceof Uint8Array ? [body] : body) {
    for (let at = 0; at < chunk.length; at += pieceSize) {
      const piece = chunk.subarray(at, at + pieceSize)
      const nowMs = clock.monotonic()
      if (nowMs < dueMs) await sleep(dueMs - nowMs)
      else dueMs = Math.max(dueMs, nowMs - behindMaxMs)
      yield piece
      dueMs += (piece.length / rate) * 1000
    }
  }
}
