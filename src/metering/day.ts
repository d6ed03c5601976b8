/** Days of UTC, by which usage is counted: as numbers since 1970, and as people write them. */
import { ApiError } from '../base/errors.ts'

const dayMs = 86_400_000

/** Days since 1970-01-01. */
export const dayOf = (ms: number): number => Math.floor(ms / dayMs)

/** Of day 20412: `2025-11-20`. */
export const dayText = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10)

/** Of `2025-11-20`. Throws InvalidArgument for what is no day from 1970 to 9999; `name` is what the client calls it. */
export function parseDay(text: string, name: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  // Date.parse takes 30 February for 2 March.
  if (ms >= 0 && dayText(dayOf(ms)) === text) return dayOf(ms)
  throw new ApiError('InvalidArgument', `${name} must be a day, as 2026-11-20.`, {
    details: { ArgumentName: name, ArgumentValue: text.slice(0, 64) },
  })
}
