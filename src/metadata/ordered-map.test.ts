import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { emptyOrderedMap, type OrderedMap } from './ordered-map.ts'

const keyOf = (number: number) => new Uint8Array([number >> 8, number & 0xff])
const numberOf = (key: Uint8Array) => (key[0]! << 8) | key[1]!
const number = fc.integer({ min: 0, max: 0xffff })

function fill(): { map: OrderedMap; numbers: ReadonlySet<number> } {
  const numbers = new Set<number>()
  let map = emptyOrderedMap
  for (let n = 0; n < 3000; n++) {
    const key = (n * 40_503) % 0xffff
    numbers.add(key)
    map = map.with(keyOf(key), keyOf(n))
  }
  return { map, numbers }
}

it('with thousands of entries it gives, scans and deletes what a set of numbers would', () => {
  const { map, numbers } = fill()
  const removal = fc.record({ from: number, to: number, single: number })
  const scan = fc.record({
    start: number,
    end: number,
    limit: fc.integer({ min: 1, max: 4000 }),
    reverse: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(removal, { maxLength: 3 }), scan, (removals, { start, end, limit, reverse }) => {
      let left = [...numbers].sort((x, y) => x - y)
      let changed = map
      for (const { from, to, single } of removals) {
        changed = changed.without([keyOf(from), keyOf(to)]).with(keyOf(single), undefined)
        left = left.filter((n) => (n < from || n >= to) && n !== single)
      }
      const within = left.filter((n) => n >= start && n < end)
      const expected = (reverse ? within.reverse() : within).slice(0, limit)
      const found = changed.scan(keyOf(start), keyOf(end), { limit, reverse }).map(([key]) => numberOf(key))
      assert.deepEqual(found, expected)
      assert.equal(changed.get(keyOf(start)) !== undefined, left.includes(start))
    }),
    { numRuns: 200 },
  )
})

it('a change leaves the map it was made from as it was', () => {
  const { map, numbers } = fill()
  map.without([keyOf(0), keyOf(0xffff)]).with(keyOf(1), keyOf(1))
  assert.equal(map.scan(keyOf(0), keyOf(0xffff), { limit: 10_000 }).length, numbers.size)
})
