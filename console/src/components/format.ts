/** Bytes, numbers and times for people, in the browser's language. */
import { common } from '../strings/common.ts'

/** 1536 → `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < common.bytesUnits.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${value.toLocaleString(undefined, { maximumFractionDigits: digits })} ${common.bytesUnits[unit]}`
}

export const formatNumber = (value: number): string => value.toLocaleString()

/** The API's time, `2026-11-20 15:00:40` in UTC; of the audit log, `2026-11-20T15:00:40.123Z`. */
export const parseTime = (timestamp: string): Date => new Date(`${timestamp.replace(' ', 'T').replace(/Z$/, '')}Z`)

export const formatTime = (time: Date): string =>
  time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })

export const isPast = (timestamp: string): boolean => parseTime(timestamp).getTime() < Date.now()

/** A day of UTC, `2026-11-20`, which is the same day wherever it is read. */
export const formatDay = (day: string): string =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString(undefined, { dateStyle: 'medium', timeZone: 'UTC' })

/** `Nov 20`. */
export const formatDayShort = (day: Date): string =>
  day.toLocaleDateString(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' })

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** `3 hours ago`. */
export function formatRelative(time: Date, now = Date.now()): string {
  const seconds = (time.getTime() - now) / 1000
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit)
  }
  return relative.format(Math.round(seconds), 'second')
}
