/** Amounts as people write and read them: times, bytes, numbers. */
import { InvalidArgumentError } from 'commander'

const secondsOf: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, min: 60, h: 3600, d: 86_400 }

/** `3600`, `90s`, `30m`, `2h`, `7d` → seconds; `never` as it is, since an option's value must not be null. Throws InvalidArgumentError. */
export function parseDuration(text: string): number | 'never' {
  if (text === 'never') return text
  const [, digits = '', unit = ''] = /^(\d{1,9}) ?(s|m|min|h|d)?$/.exec(text) ?? []
  if (digits !== '') return Number(digits) * secondsOf[unit]!
  throw new InvalidArgumentError('Write seconds, or a time such as 90s, 30m, 2h, 7d.')
}

const bytesOf: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

/** `65536`, `500MiB`, `1.5TiB` → bytes; `none` as it is. Throws InvalidArgumentError. */
export function parseBytes(text: string): number | 'none' {
  if (text === 'none') return text
  const [, number = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,3})?) ?([KMGT]iB|B)?$/.exec(text) ?? []
  const bytes = number === '' ? Number.NaN : Math.round(Number(number) * bytesOf[unit]!)
  if (Number.isSafeInteger(bytes)) return bytes
  throw new InvalidArgumentError('Write a number of bytes, such as 500MiB, 10GiB, 2TiB, or none.')
}

/** `1000` → 1000; `none` as it is. Throws InvalidArgumentError. */
export function parseCount(text: string): number | 'none' {
  if (text === 'none') return text
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Write a whole number, or none.')
}

/** A whole number from 1 on. Throws InvalidArgumentError. */
export function parseNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Write a whole number, from 1 on.')
}

/** `2026-11-20`. Throws InvalidArgumentError. */
export function parseDay(text: string): string {
  const ms = Date.parse(`${text}T00:00:00Z`)
  // A day that there is not becomes another one.
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)) return text
  throw new InvalidArgumentError('Write a day of UTC, such as 2026-11-20.')
}

/** For options that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** `0 B`, `1.5 KiB`, `10 GiB`: three digits at most before the unit grows. */
export function showBytes(bytes: number): string {
  const units = Object.keys(bytesOf).slice(1)
  let at = 0
  let value = bytes
  while (value >= 1023.5 && at < units.length - 1) {
    value /= 1024
    at++
  }
  const digits = at === 0 || value >= 99.95 ? 0 : 1
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${units[at]}`
}

/** `1234567` → `1,234,567`. */
export const showCount = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

/** Milliseconds since 1970, as the management API writes times: `2026-11-20 16:00:00`. */
export const showTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
