/** Dates in the forms that HTTP and S3 have for them. The day is formatted once and kept: listings and answers have few. */

const dayMs = 86_400_000
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))

const iso = { day: NaN, text: '' }
const http = { day: NaN, text: '' }

/** `2026-11-20T09:00:00.000Z`. To the second, as in AWS, so that a listing and the header Last-Modified agree. */
export function formatIsoSeconds(ms: number): string {
  const day = Math.floor(ms / dayMs)
  if (day !== iso.day) {
    iso.text = new Date(day * dayMs).toISOString().slice(0, 11)
    iso.day = day
  }
  return iso.text + timeOf(ms - day * dayMs) + '.000Z'
}

/** `Fri, 20 Nov 2026 09:00:00 GMT` (RFC 9110 5.6.7). */
export function formatHttpDate(ms: number): string {
  const day = Math.floor(ms / dayMs)
  if (day !== http.day) {
    const date = new Date(day * dayMs)
    const dayOfMonth = twoDigits[date.getUTCDate()]
    const year = String(date.getUTCFullYear()).padStart(4, '0')
    http.text = `${weekdays[date.getUTCDay()]}, ${dayOfMonth} ${months[date.getUTCMonth()]} ${year} `
    http.day = day
  }
  return http.text + timeOf(ms - day * dayMs) + ' GMT'
}

function timeOf(msOfDay: number): string {
  const seconds = Math.floor(msOfDay / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}`
}

const isoForm = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))$/
const fixdateForm = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/
const rfc850Form = /^[A-Z][a-z]{5,8}, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/
const asctimeForm = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/

/** Milliseconds since 1970 of an HTTP-date in any of its three forms, or of an ISO 8601 date-time; undefined where it is neither. */
export function parseTimestamp(text: string): number | undefined {
  let match = fixdateForm.exec(text)
  if (match !== null) return utc(match[3]!, monthOf(match[2]!), match[1]!, match[4]!, match[5]!, match[6]!)
  if ((match = isoForm.exec(text)) !== null) return parseIso(match)
  if ((match = rfc850Form.exec(text)) !== null) {
    // Two digits of a year that was in use when this form was.
    const year = Number(match[3]) < 70 ? `20${match[3]}` : `19${match[3]}`
    return utc(year, monthOf(match[2]!), match[1]!, match[4]!, match[5]!, match[6]!)
  }
  if ((match = asctimeForm.exec(text)) === null) return undefined
  return utc(match[6]!, monthOf(match[1]!), match[2]!, match[3]!, match[4]!, match[5]!)
}

function parseIso([, year, month, day, hour, minute, second, fraction = '', sign, hours, minutes]: RegExpExecArray):
  | number
  | undefined {
  const ms = utc(year!, Number(month) - 1, day!, hour!, minute!, second!)
  if (ms === undefined) return undefined
  const offsetMinutes = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
  return ms + Number(fraction.padEnd(3, '0').slice(0, 3)) - offsetMinutes * 60_000
}

const monthOf = (name: string): number => months.indexOf(name)

/** Undefined for a day or a time that there is not; a leap second counts as the next second. */
function utc(
  year: string,
  month: number,
  day: string,
  hour: string,
  minute: string,
  second: string,
): number | undefined {
  const ms = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second))
  const date = new Date(ms)
  const valid =
    date.getUTCFullYear() >= 1000 &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60 &&
    month >= 0 &&
    month < 12
  if (!valid || (Number(second) < 60 && (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== month)))
    return undefined
  return ms
}
