/** Ranges of days of UTC, by which usage is told. */
const dayMs = 86_400_000
/** The most days that the API tells of at once. */
export const daysMax = 400

export interface Days {
  readonly from: string
  readonly to: string
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The last days, with today. */
export function lastDays(count: number, nowMs = Date.now()): Days {
  return { from: dayOf(nowMs - (count - 1) * dayMs), to: dayOf(nowMs) }
}

/** How many days there are; NaN where one is no day. */
export const countDays = ({ from, to }: Days): number => (Date.parse(to) - Date.parse(from)) / dayMs + 1

/** The last days of a range. */
export const endOf = ({ to }: Days, count: number): Days => lastDays(count, Date.parse(to))

export const daysOf = (range: Days): string[] =>
  Array.from({ length: Math.max(0, countDays(range) || 0) }, (_, index) =>
    dayOf(Date.parse(range.from) + index * dayMs),
  )
