/**
 * Where rows stand that are higher together than browsers let anything be. What scrolls is at most `heightMax` high, and stands for all of it: it is cut
 * into stripes, and each shows the rows of its own part. Small steps move by what they say, so that no row is passed over; a jump goes to the same part.
 */

/** Firefox has no more than 17.8 million pixels, Chromium 33.5. */
const heightMax = 8_000_000
const stripes = 100

export interface ScrollMap {
  /** What scrolls. */
  readonly height: number
  /** Takes from a row's place among all to its place in what scrolls, while one is at a place among all. */
  offsetAt(place: number): number
  /** The offset after a jump to a place in what scrolls. */
  offsetAfterJump(top: number, viewHeight: number): number
}

export function scrollMap(total: number): ScrollMap {
  if (total <= heightMax) return { height: total, offsetAt: () => 0, offsetAfterJump: () => 0 }
  const stripe = heightMax / stripes
  const parts = Math.floor(total / stripe)
  const perPart = (total - heightMax) / (parts - 1)
  const offsetOf = (part: number): number => Math.round(Math.min(parts - 1, Math.max(0, part)) * perPart)
  return {
    height: heightMax,
    offsetAt: (place) => offsetOf(Math.floor(place / stripe)),
    offsetAfterJump: (top, viewHeight) =>
      offsetOf(Math.floor((top * ((total - viewHeight) / (heightMax - viewHeight))) / stripe)),
  }
}
