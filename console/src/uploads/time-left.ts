/** Seconds, as people say them: `40 s`, `12 min`, `3 h 5 min`. */
import { uploads as words } from '../strings/uploads.ts'

export function timeLeft(seconds: number): string {
  if (seconds < 90) return words.seconds(Math.max(1, Math.ceil(seconds)))
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? words.minutes(minutes) : words.hours(Math.floor(minutes / 60), minutes % 60)
}
