import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemRandom } from '../base/random.ts'
import { newVersionId, parseVersionId, versionIdAt, type VersionId } from './version-id.ts'

const greatestMs = Date.UTC(2500, 0, 1)

test('ids sort newest first, whatever the clock does between them', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: greatestMs }), { minLength: 2 }), (times) => {
      const ids: VersionId[] = []
      for (const ms of times) ids.unshift(newVersionId(ms, ids[0], systemRandom))
      assert.deepEqual(ids, ids.toSorted())
      assert.equal(new Set(ids).size, ids.length)
    }),
  )
})

test('a thousand ids of one millisecond stay in order', () => {
  const ids: VersionId[] = []
  for (let count = 0; count < 1000; count++) ids.unshift(newVersionId(1_800_000_000_000, ids[0], systemRandom))
  assert.deepEqual(ids, ids.toSorted())
})

test('an id is 32 hexadecimal digits, of which 18 are chance', () => {
  const bytes = Buffer.alloc(9, 0xab)
  const id = newVersionId(Date.UTC(2026, 10, 20), undefined, { ...systemRandom, bytes: () => bytes })
  assert.match(id, /^[0-9a-f]{14}(ab){9}$/)
  assert.equal(parseVersionId(id), id)
})

test('an id of a time stands before all that are given out then, and after those of a millisecond later', () => {
  for (const ms of [0, 1, Date.UTC(2026, 10, 20), greatestMs]) {
    const at = versionIdAt(ms)
    assert.equal(parseVersionId(at), at)
    assert.ok(at < newVersionId(ms, undefined, systemRandom))
    assert.ok(at > newVersionId(ms + 1, undefined, systemRandom))
  }
})

for (const text of [
  '',
  'null',
  '0'.repeat(31),
  '0'.repeat(33),
  'G'.repeat(32),
  'A'.repeat(32),
  `${'0'.repeat(32)}\n`,
]) {
  test(`${JSON.stringify(text)} is no id`, () => assert.equal(parseVersionId(text), undefined))
}
