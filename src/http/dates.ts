/** Dates on the wire: HTTP-dates (RFC 9110 5.6.7) and ISO 8601 date-times, to and from milliseconds since 1970-01-01T00:00:00Z. */

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const weekdaysInFull = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

let formattedSecond = NaN
let formatted = ''

/** `Fri, 20 Nov 2026 09:30:00 GMT`. The last second formatted is kept: answers have few different ones. */
export function formatHttpDate(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== formattedSecond) {
    formatted = new Date(second * 1000).toUTCString()
    formattedSecond = second
  }
  return formatted
}

/**
 * An HTTP-date in any of its three forms; undefined for all else, which a recipient ignores. The two-digit years of the RFC 850 form are
 * 1970 to 2069: the standard's moving window would need a clock, and differs only for dates that nobody sends in that form.
 */
export function parseHttpDate(text: string): number | undefined {
  if (text.length === 29 && text.charCodeAt(3) === comma) return parseFixdate(text)
  if (text.length === 24) return parseAsctime(text)
  return parseRfc850(text)
}

/**
 * An ISO 8601 date-time, basic (`20261120T093000Z`, as in x-amz-date) or extended (`2026-11-20T09:30:00.000Z`, `…+01:00`); undefined for
 * all else.
 */
export function parseIsoDate(text: string): number | undefined {
  const basic = text.length === 16
  const dateEnd = basic ? 8 : 10
  if (text[dateEnd] !== 'T' || (!basic && (text[4] !== '-' || text[7] !== '-'))) return undefined
  const step = basic ? 2 : 3
  const month = digits(text, basic ? 4 : 5, 2)
  const day = digits(text, basic ? 6 : 8, 2)
  const time = dateEnd + 1
  if (!basic && (text[13] !== ':' || text[16] !== ':')) return undefined
  const ms = utc(
    digits(text, 0, 4),
    month - 1,
    day,
    digits(text, time, 2),
    digits(text, time + step, 2),
    digits(text, time + 2 * step, 2),
  )
  if (basic) return text[15] === 'Z' ? ms : undefined
  return ms === undefined ? undefined : addFractionAndZone(ms, text)
}

/** `Fri, 20 Nov 2026 09:30:00 GMT` */
function parseFixdate(text: string): number | undefined {
  const framed =
    text.charCodeAt(4) === space &&
    text.charCodeAt(7) === space &&
    text.charCodeAt(11) === space &&
    text.charCodeAt(16) === space &&
    text.endsWith(' GMT')
  if (!framed || !weekdays.includes(text.slice(0, 3))) return undefined
  return withTime(text, 17, digits(text, 12, 4), text.slice(8, 11), digits(text, 5, 2))
}

/** `Fri Nov 20 09:30:00 2026`, days below ten with a space before. */
function parseAsctime(text: string): number | undefined {
  const framed = [3, 7, 10, 19].every((at) => text.charCodeAt(at) === space)
  if (!framed || !weekdays.includes(text.slice(0, 3))) return undefined
  const day = text.charCodeAt(8) === space ? digits(text, 9, 1) : digits(text, 8, 2)
  return withTime(text, 11, digits(text, 20, 4), text.slice(4, 7), day)
}

/** `Friday, 20-Nov-26 09:30:00 GMT` */
function parseRfc850(text: string): number | undefined {
  const at = text.indexOf(', ')
  if (at < 0 || text.length !== at + 24 || !weekdaysInFull.includes(text.slice(0, at))) return undefined
  if (text[at + 4] !== '-' || text[at + 8] !== '-' || text[at + 11] !== ' ' || !text.endsWith(' GMT')) return undefined
  const year = digits(text, at + 9, 2)
  return withTime(
    text,
    at + 12,
    year < 70 ? 2000 + year : 1900 + year,
    text.slice(at + 5, at + 8),
    digits(text, at + 2, 2),
  )
}

/** The time `hh:mm:ss` stands at `at`. */
function withTime(text: string, at: number, year: number, month: string, day: number): number | undefined {
  if (text.charCodeAt(at + 2) !== colon || text.charCodeAt(at + 5) !== colon) return undefined
  return utc(year, months.indexOf(month), day, digits(text, at, 2), digits(text, at + 3, 2), digits(text, at + 6, 2))
}

/** What follows the seconds of the extended form: a fraction, perhaps, and `Z` or an offset. */
function addFractionAndZone(ms: number, text: string): number | undefined {
  const match = /^(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(text.slice(19))
  if (match === null) return undefined
  const [, fraction = '', sign, hours = '0', minutes = '0'] = match
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000
  return ms + Number(fraction.slice(0, 3).padEnd(3, '0')) - (sign === '-' ? -offsetMs : offsetMs)
}

const space = 0x20
const comma = 0x2c
const colon = 0x3a

/** NaN where not all are digits. */
function digits(text: string, start: number, count: number): number {
  let number = 0
  for (let at = start; at < start + count; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) return NaN
    number = number * 10 + digit
  }
  return number
}

/** Undefined for what is on no calendar and no clock. A leap second is the next second, as in POSIX. */
function utc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  // Written so that a NaN fails.
  if (!(year >= 1 && hour <= 23 && minute <= 59 && second <= 60 && day >= 1)) return undefined
  const daysMax = daysOfMonths[month]
  if (daysMax === undefined || day > (month === 1 && isLeap(year) ? 29 : daysMax)) return undefined
  const ms = Date.UTC(2000, month, day, hour, minute, second)
  if (year >= 100) return Date.UTC(year, month, day, hour, minute, second)
  // Date.UTC takes years below 100 for those of the 20th century.
  return new Date(ms).setUTCFullYear(year)
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
