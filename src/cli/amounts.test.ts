import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgumentError } from 'commander'
import { parseBytes, parseCount, parseDay, parseDuration, parseNumber, showBytes, showCount } from './amounts.ts'

const refused = Symbol('refused')
const cases: readonly [parse: (text: string) => unknown, text: string, value: unknown][] = [
  [parseDuration, '3600', 3600],
  [parseDuration, '90s', 90],
  [parseDuration, '30m', 1800],
  [parseDuration, '30min', 1800],
  [parseDuration, '2h', 7200],
  [parseDuration, '7d', 604_800],
  [parseDuration, 'never', 'never'],
  [parseDuration, '', refused],
  [parseDuration, '-1', refused],
  [parseDuration, '1.5h', refused],
  [parseDuration, '2w', refused],
  [parseDuration, '1h30m', refused],
  [parseBytes, '0', 0],
  [parseBytes, '10GiB', 10 * 1024 ** 3],
  [parseBytes, '1.5 TiB', 1.5 * 1024 ** 4],
  [parseBytes, 'none', 'none'],
  [parseBytes, '10GB', refused],
  [parseBytes, '99999999999TiB', refused],
  [parseBytes, 'x', refused],
  [parseCount, '0', 0],
  [parseCount, '1000', 1000],
  [parseCount, 'none', 'none'],
  [parseCount, '1e3', refused],
  [parseNumber, '1', 1],
  [parseNumber, '0', refused],
  [parseNumber, '', refused],
  [parseDay, '2026-11-20', '2026-11-20'],
  [parseDay, '2026-02-30', refused],
  [parseDay, '20-11-2026', refused],
]

for (const [parse, text, value] of cases) {
  test(`${parse.name}: ${JSON.stringify(text)} is ${value === refused ? 'refused' : String(value)}`, () => {
    if (value === refused) assert.throws(() => parse(text), InvalidArgumentError)
    else assert.equal(parse(text), value)
  })
}

test('bytes are shown with three digits at most before the unit grows', () => {
  const shown: [bytes: number, text: string][] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1024 * 150, '150 KiB'],
    [1024 ** 2 - 1, '1 MiB'],
    [1024 ** 3 * 10, '10 GiB'],
    [1024 ** 4 * 2500, '2500 TiB'],
  ]
  for (const [bytes, text] of shown) assert.equal(showBytes(bytes), text)
})

test('numbers are shown in groups of three', () => {
  assert.deepEqual([0, 999, 1000, 1_234_567].map(showCount), ['0', '999', '1,000', '1,234,567'])
})
