import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError } from '../base/errors.ts'
import { type ByteRange, ifRangeHolds, parseCopySourceRange, parseRange, parseRanges } from './range.ts'

/** `start-end` as the answer has it, `whole`, or the error's code. */
function outcomeOf(parse: () => ByteRange | readonly ByteRange[] | 'whole'): string {
  try {
    const parsed = parse()
    if (parsed === 'whole') return parsed
    return 'start' in parsed ? textOf(parsed) : `[${parsed.map(textOf).join(' ')}]`
  } catch (error) {
    assert.ok(error instanceof ApiError)
    return error.code
  }
}

const textOf = ({ start, end }: ByteRange): string => `${start}..${end}`

const ranges: readonly [header: string, size: number, outcome: string][] = [
  ['bytes=0-0', 10, '0..1'],
  ['bytes=0-9', 10, '0..10'],
  ['bytes=2-5', 10, '2..6'],
  ['bytes=9-9', 10, '9..10'],
  ['bytes=0-', 10, '0..10'],
  ['bytes=9-', 10, '9..10'],
  ['bytes=5-100', 10, '5..10'],
  ['bytes=5-99999999999999999999999999', 10, '5..10'],
  ['bytes=-1', 10, '9..10'],
  ['bytes=-10', 10, '0..10'],
  ['bytes=-999999999999999999999', 10, '0..10'],
  ['Bytes=0-0', 10, '0..1'],
  ['bytes=00002-00005', 10, '2..6'],
  ['bytes=0-9007199254740990', 9_007_199_254_740_991, '0..9007199254740991'],
  ['bytes=10-', 10, 'InvalidRange'],
  ['bytes=10-20', 10, 'InvalidRange'],
  ['bytes=99999999999999999999999999-', 10, 'InvalidRange'],
  ['bytes=-0', 10, 'InvalidRange'],
  ['bytes=0-', 0, 'InvalidRange'],
  ['bytes=0-0', 0, 'InvalidRange'],
  ['bytes=-5', 0, 'InvalidRange'],
  ['bytes=9-1', 10, 'whole'],
  ['bytes=', 10, 'whole'],
  ['bytes=-', 10, 'whole'],
  ['bytes=--1', 10, 'whole'],
  ['bytes=a-b', 10, 'whole'],
  ['bytes=1', 10, 'whole'],
  ['bytes=1-2-3', 10, 'whole'],
  ['bytes= 1-2', 10, 'whole'],
  ['bytes=+1-2', 10, 'whole'],
  ['bytes=1e3-', 10, 'whole'],
  ['bytes=0x1-2', 10, 'whole'],
  ['bytes 1-2', 10, 'whole'],
  ['bytes=0-1,3-4', 10, 'whole'],
  ['lines=0-1', 10, 'whole'],
  ['', 10, 'whole'],
]
test('one range is served, one without a byte refused, and what is not understood ignored', () => {
  for (const [header, size, outcome] of ranges)
    assert.equal(
      outcomeOf(() => parseRange(header, size)),
      outcome,
      header,
    )
})

test('a refused range tells what was asked for and how much there is', () => {
  assert.throws(
    () => parseRange('bytes=10-', 10),
    (error: ApiError) => {
      assert.deepEqual(error.details, { RangeRequested: 'bytes=10-', ActualObjectSize: '10' })
      assert.deepEqual(error.headers, { 'content-range': 'bytes */10' })
      assert.equal(error.status, 416)
      return true
    },
  )
})

test('whatever the header and the size, a range lies within the object and is not empty', () => {
  const text = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
    fc.nat().map((n) => `bytes=-${n}`),
  )
  fc.assert(
    fc.property(text, fc.nat(), (header, size) => {
      let range: ByteRange | 'whole'
      try {
        range = parseRange(header, size)
      } catch (error) {
        assert.ok(error instanceof ApiError && error.code === 'InvalidRange')
        return
      }
      if (range !== 'whole') assert.ok(range.start >= 0 && range.start < range.end && range.end <= size)
    }),
  )
})

const copies: readonly [header: string, outcome: string][] = [
  ['bytes=0-9', '0..10'],
  ['bytes=3-3', '3..4'],
  ['bytes=0-10', 'InvalidRange'],
  ['bytes=10-20', 'InvalidRange'],
  ['bytes=5-2', 'InvalidArgument'],
  ['bytes=0-', 'InvalidArgument'],
  ['bytes=-5', 'InvalidArgument'],
  ['0-5', 'InvalidArgument'],
  ['bytes=0-1,2-3', 'InvalidArgument'],
  ['bytes=hello-world', 'InvalidArgument'],
  ['bytes=0-bar', 'InvalidArgument'],
  ['bytes=0-99999999999999999999', 'InvalidArgument'],
  ['', 'InvalidArgument'],
]
test('the range of a copy source is of one form, and within the source', () => {
  for (const [header, outcome] of copies)
    assert.equal(
      outcomeOf(() => parseCopySourceRange(header, 10)),
      outcome,
      header,
    )
})

const current = { etag: 'aa', modifiedMs: Date.UTC(2026, 10, 20, 9, 30, 0, 700), size: 10 }
const ifRanges: readonly [header: string, holds: boolean][] = [
  ['"aa"', true],
  ['aa', true],
  ['"ab"', false],
  ['W/"aa"', false],
  ['*', false],
  ['Fri, 20 Nov 2026 09:30:00 GMT', true],
  ['Fri, 20 Nov 2026 09:30:01 GMT', false],
  ['Fri, 20 Nov 2026 09:29:59 GMT', false],
]
test('If-Range holds for the very ETag or date only', () => {
  for (const [header, holds] of ifRanges) assert.equal(ifRangeHolds(header, current), holds, header)
})

const lists: readonly [header: string, size: number, outcome: string][] = [
  ['bytes=0-0,9-9', 10, '[0..1 9..10]'],
  ['bytes=9-9,0-0', 10, '[9..10 0..1]'],
  ['bytes=0-1, 4-5 ,\t8-', 10, '[0..2 4..6 8..10]'],
  ['bytes=-1,0-0', 10, '[9..10 0..1]'],
  ['BYTES=0-0,-1', 10, '[0..1 9..10]'],
  ['bytes=0-0,,9-9,', 10, '[0..1 9..10]'],
  ['bytes=0-0,20-30', 10, '0..1'],
  ['bytes=0-0,20-30,9-', 10, '[0..1 9..10]'],
  ['bytes=0-4,5-9', 10, '0..10'],
  ['bytes=0-4,2-6', 10, '0..7'],
  ['bytes=5-9,0-4', 10, '0..10'],
  ['bytes=8-9,0-1,1-3', 10, '[8..10 0..4]'],
  ['bytes=0-1,8-9,1-3', 10, '[0..4 8..10]'],
  ['bytes=4-5,0-0,2-3,8-9', 10, '[2..6 0..1 8..10]'],
  ['bytes=0-,0-,0-', 10, '0..10'],
  ['bytes=20-30,40-50', 10, 'InvalidRange'],
  ['bytes=-0,10-', 10, 'InvalidRange'],
  ['bytes=0-0,1-1', 0, 'InvalidRange'],
  ['bytes=0-0,5-2', 10, 'whole'],
  ['bytes=0-0,x', 10, 'whole'],
  ['bytes=20-30,x', 10, 'whole'],
  ['bytes=0-0;9-9', 10, 'whole'],
  ['bytes=,', 10, 'whole'],
  ['bytes=,,,', 10, 'whole'],
  ['lines=0-0,2-2', 10, 'whole'],
  ['bytes=2-5', 10, '2..6'],
  ['bytes=10-', 10, 'InvalidRange'],
  ['bytes=9-1', 10, 'whole'],
  [`bytes=${Array.from({ length: 16 }, (_, i) => `${2 * i}-${2 * i}`).join()}`, 100, `[${every(16)}]`],
  [`bytes=${Array.from({ length: 17 }, (_, i) => `${2 * i}-${2 * i}`).join()}`, 100, 'whole'],
  [`bytes=${Array.from({ length: 64 }, (_, i) => `${i}-${i}`).join()}`, 100, '0..64'],
  [`bytes=${Array.from({ length: 65 }, (_, i) => `${i}-${i}`).join()}`, 100, 'whole'],
  [`bytes=${'0-,'.repeat(1000)}0-`, 100, 'whole'],
]
function every(count: number): string {
  return Array.from({ length: count }, (_, i) => `${2 * i}..${2 * i + 1}`).join(' ')
}

test('several ranges are joined where they touch, kept in order, and passed over where there are too many', () => {
  for (const [header, size, outcome] of lists)
    assert.equal(
      outcomeOf(() => parseRanges(header, size)),
      outcome,
      header,
    )
})

test('whatever the list, its ranges are the very bytes asked for, each once', () => {
  const bound = fc.nat({ max: 60 })
  const spec = fc.oneof(
    fc.tuple(bound, bound).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    bound.map((n) => `${n}-`),
    bound.map((n) => `-${n}`),
  )
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 12 }), bound, (specs, size) => {
      const wanted = new Set<number>()
      for (const one of specs) {
        const single = outcomeOf(() => parseRange(`bytes=${one}`, size))
        const [start, end] = single.split('..').map(Number)
        if (single !== 'InvalidRange') for (let at = start!; at < end!; at++) wanted.add(at)
      }
      const header = `bytes=${specs.join(', ')}`
      if (wanted.size === 0) return assert.throws(() => parseRanges(header, size), { code: 'InvalidRange' })
      const parsed = parseRanges(header, size)
      assert.ok(parsed !== 'whole')
      const got = ('start' in parsed ? [parsed] : parsed).flatMap(({ start, end }) =>
        Array.from({ length: end - start }, (_, i) => start + i),
      )
      assert.equal(got.length, new Set(got).size)
      assert.deepEqual(new Set(got), wanted)
    }),
  )
})
