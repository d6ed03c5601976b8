// A latency histogram of fixed size: exact below 128 µs, then 64 buckets an octave, so no percentile is wrong by more than 1.6 %.

const LINEAR = 128
const PER_OCTAVE = 64
const PER_OCTAVE_BITS = 6
const BUCKETS = LINEAR + PER_OCTAVE * (31 - 7)

/** Counts durations in whole microseconds, up to 2^31 − 1 µs (35 minutes); longer ones count as that. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS)
  #total = 0
  #max = 0

  /** Adds one duration, in microseconds. */
  record(microseconds: number): void {
    const value = microseconds >= 0x7fffffff ? 0x7fffffff : microseconds | 0
    const bucket = bucketOf(value)
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
    this.#total++
    if (value > this.#max) this.#max = value
  }

  /** How many durations were recorded. */
  get count(): number {
    return this.#total
  }

  /** The longest duration, exact, in microseconds. */
  get max(): number {
    return this.#max
  }

  /** The duration, in microseconds, that `fraction` (0..1) of all recorded ones do not exceed; 0 when nothing was recorded. */
  percentile(fraction: number): number {
    if (this.#total === 0) return 0
    const rank = Math.max(1, Math.ceil(fraction * this.#total))
    let seen = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] as number
      if (seen >= rank) return Math.min(upperBound(bucket), this.#max)
    }
    return this.#max
  }
}

/** The bucket of a duration: itself when small, else its octave and the six bits after the leading one. */
function bucketOf(value: number): number {
  if (value < LINEAR) return value
  const exponent = 31 - Math.clz32(value)
  const mantissa = (value >>> (exponent - PER_OCTAVE_BITS)) & (PER_OCTAVE - 1)
  return LINEAR + (exponent - 7) * PER_OCTAVE + mantissa
}

/** The largest duration that falls in a bucket. */
function upperBound(bucket: number): number {
  if (bucket < LINEAR) return bucket
  const exponent = 7 + Math.floor((bucket - LINEAR) / PER_OCTAVE)
  const mantissa = (bucket - LINEAR) % PER_OCTAVE
  return (PER_OCTAVE + mantissa + 1) * 2 ** (exponent - PER_OCTAVE_BITS) - 1
}
