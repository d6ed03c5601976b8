/** The only place that reads the time; everything else is given a Clock, so that a test or a simulation can set it. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, as Date.now(). It can jump. */
  now(): number
  /** Milliseconds from an arbitrary start; never goes back. For durations. */
  monotonic(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}
