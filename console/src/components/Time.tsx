/** A time of the API, as far away as it is; exactly when it is pointed at. */
import { formatRelative, formatTime, parseTime } from './format.ts'

export function Time({ at, exact = false }: { readonly at: string; readonly exact?: boolean }) {
  const time = parseTime(at)
  return (
    <time dateTime={time.toISOString()} title={time.toISOString()}>
      {exact ? formatTime(time) : formatRelative(time)}
    </time>
  )
}
