import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { currentDue, endOfDay, loneMarkerDue, noncurrentDue, rulesOf, uploadDue } from './due.ts'
import type { LifecycleRule } from './rule.ts'

const dayMs = 86_400_000
const at = (text: string): number => Date.parse(text)

const rules = (...partial: readonly Partial<LifecycleRule>[]) =>
  rulesOf({
    rules: partial.map((rule, index) => ({ id: `rule-${index}`, enabled: true, form: 'And', ...rule })),
  })

describe('due times', () => {
  const times: readonly (readonly [created: string, days: number, due: string])[] = [
    // The example of the Amazon S3 User Guide.
    ['2014-01-15T10:30:00Z', 3, '2014-01-19T00:00:00Z'],
    ['2014-01-15T00:00:00Z', 3, '2014-01-18T00:00:00Z'],
    ['2014-01-15T00:00:00.001Z', 3, '2014-01-19T00:00:00Z'],
    ['2014-01-15T23:59:59.999Z', 1, '2014-01-17T00:00:00Z'],
    ['2024-02-28T12:00:00Z', 1, '2024-03-01T00:00:00Z'],
    ['2025-12-31T12:00:00Z', 365, '2027-01-01T00:00:00Z'],
  ]
  for (const [created, days, due] of times) {
    test(`${days} days after ${created} is ${due}, whatever they are counted from`, () => {
      const ms = at(created)
      const version = { modifiedMs: ms, size: 1 }
      assert.equal(currentDue(rules({ expirationDays: days }), 'k', version)?.ms, at(due))
      assert.equal(noncurrentDue(rules({ noncurrentDays: days }), 'k', version, ms, 0)?.ms, at(due))
      assert.equal(loneMarkerDue(rules({ expirationDays: days }), 'k', ms)?.ms, at(due))
      assert.equal(uploadDue(rules({ abortUploadsAfterDays: days }), 'k', ms)?.ms, at(due))
    })
  }

  test('a date is due then; for what is written later, at the end of that day', () => {
    const dated = rules({ expirationMs: at('2026-01-01T00:00:00Z') })
    const due = (modified: string) => currentDue(dated, 'k', { modifiedMs: at(modified), size: 1 })?.ms
    assert.equal(due('2025-06-01T10:00:00Z'), at('2026-01-01T00:00:00Z'))
    assert.equal(due('2026-06-01T10:00:00Z'), at('2026-06-02T00:00:00Z'))
    assert.equal(loneMarkerDue(dated, 'k', 0), undefined)
  })

  test('a delete marker that is left alone is due at the end of its day', () => {
    const marked = rules({ expiredObjectDeleteMarker: true })
    assert.equal(loneMarkerDue(marked, 'k', at('2026-06-01T10:00:00Z'))?.ms, at('2026-06-02T00:00:00Z'))
    assert.equal(currentDue(marked, 'k', { modifiedMs: 0, size: 1 }), undefined)
    assert.equal(loneMarkerDue(rules({ expiredObjectDeleteMarker: false }), 'k', 0), undefined)
  })

  test('of several rules the first to be due holds, and a disabled one never does', () => {
    const several = rules({ expirationDays: 9 }, { expirationDays: 3 }, { expirationDays: 1, enabled: false })
    assert.deepEqual(currentDue(several, 'k', { modifiedMs: 0, size: 1 }), { ms: 3 * dayMs, ruleId: 'rule-1' })
  })

  test('newer noncurrent versions are kept whatever their age', () => {
    const keeping = rules({ noncurrentDays: 1, newerNoncurrentVersions: 2 })
    const due = (newer: number) => noncurrentDue(keeping, 'k', { size: 1 }, 0, newer)?.ms
    assert.deepEqual([due(0), due(1), due(2), due(3)], [undefined, undefined, dayMs, dayMs])
  })

  test('what would be due after the end of time never is', () => {
    assert.equal(currentDue(rules({ expirationDays: 0x7fff_ffff }), 'k', { modifiedMs: 0, size: 1 }), undefined)
  })

  test('days are as long as the configuration says', () => {
    const short = rulesOf({ rules: [{ id: 'r', enabled: true, form: 'Filter', expirationDays: 2 }], dayMs: 10_000 })
    assert.equal(currentDue(short, 'k', { modifiedMs: 11_000, size: 1 })?.ms, 40_000)
  })
})

describe('filters', () => {
  const tags = { a: '1', b: '2' }
  const cases: readonly (readonly [name: string, rule: Partial<LifecycleRule>, matches: boolean])[] = [
    ['none', {}, true],
    ['the empty prefix', { prefix: '' }, true],
    ['a prefix', { prefix: 'logs/' }, true],
    ['the whole key', { prefix: 'logs/é' }, true],
    ['another prefix', { prefix: 'log/' }, false],
    ['a prefix in another case', { prefix: 'Logs/' }, false],
    ['one tag', { tags: { a: '1' } }, true],
    ['all tags', { tags: { b: '2', a: '1' } }, true],
    ['a tag of another value', { tags: { a: '2' } }, false],
    ['a tag too many', { tags: { a: '1', c: '3' } }, false],
    ['a tag that every record seems to have', { tags: { constructor: 'Object' } }, false],
    ['larger than less', { sizeAbove: 99 }, true],
    ['larger than itself', { sizeAbove: 100 }, false],
    ['smaller than more', { sizeBelow: 101 }, true],
    ['smaller than itself', { sizeBelow: 100 }, false],
    ['all at once', { prefix: 'l', tags: { a: '1' }, sizeAbove: 1, sizeBelow: 1000 }, true],
    ['all but one', { prefix: 'l', tags: { a: '1' }, sizeAbove: 1, sizeBelow: 10 }, false],
  ]
  for (const [name, rule, matches] of cases) {
    test(`${name}: ${matches ? 'matches' : 'does not match'}`, () => {
      const version = { modifiedMs: 0, size: 100, tags }
      assert.equal(currentDue(rules({ ...rule, expirationDays: 1 }), 'logs/é', version) !== undefined, matches)
      assert.equal(noncurrentDue(rules({ ...rule, noncurrentDays: 1 }), 'logs/é', version, 0, 0) !== undefined, matches)
    })
  }

  test('a delete marker has no tags and no bytes', () => {
    const due = (rule: Partial<LifecycleRule>) => loneMarkerDue(rules({ ...rule, expirationDays: 1 }), 'k', 0)?.ms
    assert.equal(due({ tags: { a: '1' } }), undefined)
    assert.equal(due({ sizeAbove: 0 }), undefined)
    assert.equal(due({ sizeBelow: 1 }), dayMs)
  })
})

test('whatever the day, due is a whole number of days at least as long after as the rule says, and less than one more', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 4_000_000_000_000 }),
      fc.integer({ min: 1, max: 40_000 }),
      fc.integer({ min: 1, max: 86_400 }),
      (modifiedMs, days, daySeconds) => {
        const configuration = { rules: [{ id: 'r', enabled: true, form: 'Filter', expirationDays: days }] as const }
        const trial = rulesOf({ ...configuration, dayMs: daySeconds * 1000 })
        const { ms } = currentDue(trial, 'k', { modifiedMs, size: 1 })!
        assert.equal(ms % trial.dayMs, 0)
        assert.ok(ms >= modifiedMs + days * trial.dayMs && ms < modifiedMs + (days + 1) * trial.dayMs)
        assert.equal(endOfDay(ms, trial), ms)
      },
    ),
  )
})
