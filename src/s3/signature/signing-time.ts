/** The dates that signatures carry, and the checks on them. */
import type { Clock } from '../../base/clock.ts'
import { ApiError } from '../../base/errors.ts'

/** Milliseconds of ISO 8601's basic format, `20130524T000000Z`; undefined for anything else, 31 February included. */
export function parseBasicTime(text: string): number | undefined {
  if (text.length !== 16 || text[8] !== 'T' || text[15] !== 'Z') return undefined
  const year = digits(text, 0, 4)
  const month = digits(text, 4, 6)
  const day = digits(text, 6, 8)
  const hour = digits(text, 9, 11)
  const minute = digits(text, 11, 13)
  const second = digits(text, 13, 15)
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  return basicTime(time) === text ? time : undefined
}

/** NaN where a character is no digit. */
function digits(text: string, start: number, end: number): number {
  let value = 0
  for (let index = start; index < end; index++) {
    const digit = text.charCodeAt(index) - 0x30
    if (!(digit >= 0 && digit <= 9)) return NaN
    value = value * 10 + digit
  }
  return value
}

/** `20130524T000000Z`; '' for NaN. */
export function basicTime(time: number): string {
  return Number.isNaN(time) ? '' : `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

/** Milliseconds of a date in any form that clients have sent: basic format, RFC 9110's, or with a numeric zone. */
export function parseTime(text: string): number | undefined {
  const basic = parseBasicTime(text)
  if (basic !== undefined) return basic
  if (text.length < 16 || text.length > 40) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

/** `2013-05-24T00:00:00Z`, as AWS writes times in its errors. */
export function errorTime(time: number): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? String(time) : `${date.toISOString().slice(0, 19)}Z`
}

/** Throws RequestTimeTooSkewed unless the time lies within `skewSeconds` of the clock's, both ends included. */
export function checkSkew(time: number, text: string, clock: Clock, skewSeconds: number): void {
  const now = clock.now()
  if (Math.abs(now - time) <= skewSeconds * 1000) return
  throw new ApiError(
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    {
      details: {
        RequestTime: text,
        ServerTime: errorTime(now),
        MaxAllowedSkewMilliseconds: String(skewSeconds * 1000),
        Hint: `The clock of the client is ${distance(time - now)} this server's; set one of them right.`,
      },
    },
  )
}

function distance(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000)
  return `${seconds} seconds ${milliseconds < 0 ? 'behind' : 'ahead of'}`
}
