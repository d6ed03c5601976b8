import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatHttpDate, parseHttpDate, parseIsoDate } from './dates.ts'

const instant = Date.UTC(1994, 10, 6, 8, 49, 37)

test('the three forms of an HTTP-date are one instant', () => {
  for (const text of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994']) {
    assert.equal(parseHttpDate(text), instant, text)
  }
  assert.equal(parseHttpDate('Fri, 20 Nov 2026 09:30:00 GMT'), Date.UTC(2026, 10, 20, 9, 30))
  assert.equal(parseHttpDate('Friday, 20-Nov-26 09:30:00 GMT'), Date.UTC(2026, 10, 20, 9, 30))
  assert.equal(parseHttpDate('Fri Nov 20 09:30:00 2026'), Date.UTC(2026, 10, 20, 9, 30))
  assert.equal(parseHttpDate('Thu, 29 Feb 2024 23:59:60 GMT'), Date.UTC(2024, 2, 1))
})

const noHttpDates = [
  '',
  '0',
  'now',
  '1994-11-06T08:49:37Z',
  'Sun, 06 Nov 1994 08:49:37',
  'Sun, 06 Nov 1994 08:49:37 UTC',
  'sun, 06 nov 1994 08:49:37 gmt',
  'Xxx, 06 Nov 1994 08:49:37 GMT',
  'Sun, 31 Nov 1994 08:49:37 GMT',
  'Sun, 00 Nov 1994 08:49:37 GMT',
  'Sun, 29 Feb 1900 08:49:37 GMT',
  'Sun, 06 Nov 1994 24:00:00 GMT',
  'Sun, 06 Nov 1994 08:60:37 GMT',
  'Sun, 06 Nov 1994 08:49:61 GMT',
  'Sun, 6 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 08:49:37 GMT ',
  ' Sun, 06 Nov 1994 08:49:37 GMT',
  'Sun, -6 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 0000 08:49:37 GMT',
  'Sun, 06-Nov-94 08:49:37 GMT',
  'Sunday, 06-Nov-1994 08:49:37 GMT',
  'Sun Nov 06 08:49:37 94',
  'Sun Nov  6 08:49:37 +994',
]
test('what is no HTTP-date is undefined', () => {
  for (const text of noHttpDates) assert.equal(parseHttpDate(text), undefined, text)
})

const isoDates: readonly [string, number | undefined][] = [
  ['20261120T093000Z', Date.UTC(2026, 10, 20, 9, 30)],
  ['2026-11-20T09:30:00Z', Date.UTC(2026, 10, 20, 9, 30)],
  ['2026-11-20T09:30:00.5Z', Date.UTC(2026, 10, 20, 9, 30, 0, 500)],
  ['2026-11-20T09:30:00.123456789Z', Date.UTC(2026, 10, 20, 9, 30, 0, 123)],
  ['2026-11-20T09:30:00+01:30', Date.UTC(2026, 10, 20, 8, 0)],
  ['2026-11-20T09:30:00.000-00:30', Date.UTC(2026, 10, 20, 10, 0)],
  ['0001-01-01T00:00:00Z', -62_135_596_800_000],
  ['20261120T093000', undefined],
  ['20261120T093000z', undefined],
  ['20261320T093000Z', undefined],
  ['20260229T093000Z', undefined],
  ['2026-11-20T09:30:00', undefined],
  ['2026-11-20 09:30:00Z', undefined],
  ['2026-11-20T09:30Z', undefined],
  ['2026-11-20T09:30:00.Z', undefined],
  ['2026-11-20T09:30:00+0130', undefined],
  ['2026-11-20T09:30:00+24:00', undefined],
  ['2026-11-20', undefined],
  ['+002026-11-20T09:30:00Z', undefined],
  ['', undefined],
]
test('ISO 8601 date-times are read in the basic and the extended form, and nothing else is', () => {
  for (const [text, ms] of isoDates) assert.equal(parseIsoDate(text), ms, text)
})

test('a date that was formatted is read back, to the second', () => {
  const ms = fc.integer({ min: Date.UTC(100, 0, 1), max: Date.UTC(9999, 11, 31) })
  fc.assert(
    fc.property(ms, (value) => {
      assert.equal(parseHttpDate(formatHttpDate(value)), Math.floor(value / 1000) * 1000)
      assert.equal(parseIsoDate(new Date(value).toISOString()), value)
    }),
  )
})

test('no text makes a date parser throw', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      parseHttpDate(text)
      parseIsoDate(text)
    }),
  )
})
