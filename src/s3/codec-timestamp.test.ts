import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatHttpDate, formatIsoSeconds, parseTimestamp } from './codec-timestamp.ts'

const at = Date.UTC(1994, 10, 6, 8, 49, 37)
const cases: readonly (readonly [text: string, ms: number | undefined])[] = [
  ['Sun, 06 Nov 1994 08:49:37 GMT', at],
  ['Sunday, 06-Nov-94 08:49:37 GMT', at],
  ['Sun Nov  6 08:49:37 1994', at],
  ['1994-11-06T08:49:37Z', at],
  ['1994-11-06T08:49:37.5Z', at + 500],
  ['1994-11-06T08:49:37.123456789Z', at + 123],
  ['1994-11-06T09:49:37+01:00', at],
  ['1994-11-06T03:19:37-0530', at],
  ['Tue, 29 Feb 2028 00:00:00 GMT', Date.UTC(2028, 1, 29)],
  ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
  ['Mon, 29 Feb 2027 00:00:00 GMT', undefined],
  ['Fri, 31 Apr 2026 00:00:00 GMT', undefined],
  ['Sun, 06 Nov 1994 24:00:00 GMT', undefined],
  ['Sun, 06 Nov 1994 08:60:00 GMT', undefined],
  ['Sun, 06 Foo 1994 08:49:37 GMT', undefined],
  ['Sun, 06 Nov 1994 08:49:37 PST', undefined],
  ['Sun, 6 Nov 1994 08:49:37 GMT', undefined],
  ['1994-13-06T08:49:37Z', undefined],
  ['1994-00-06T08:49:37Z', undefined],
  ['1994-11-06T08:49:37', undefined],
  ['1994-11-06', undefined],
  ['784111777', undefined],
  ['now', undefined],
  ['', undefined],
]
for (const [text, ms] of cases) test(`“${text}” is ${ms ?? 'no date'}`, () => assert.equal(parseTimestamp(text), ms))

test('dates are formatted as JavaScript formats them, and read back', () => {
  const seconds = fc.integer({ min: -10_000_000_000, max: 100_000_000_000 })
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 999 }), (second, fraction) => {
      const ms = second * 1000
      assert.equal(formatIsoSeconds(ms + fraction), new Date(ms).toISOString())
      assert.equal(formatHttpDate(ms + fraction), new Date(ms).toUTCString())
      assert.equal(parseTimestamp(formatIsoSeconds(ms)), ms)
      assert.equal(parseTimestamp(formatHttpDate(ms)), ms)
    }),
  )
})
