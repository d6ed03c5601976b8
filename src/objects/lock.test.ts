import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import type { Head, Version } from './head.ts'
import { defaultRetention, requireRetentionChange, requireUnlocked, type Retention } from './lock.ts'

const now = Date.UTC(2026, 10, 20)
const dayMs = 86_400_000
const md5 = Buffer.alloc(16)
const extent = { kind: 'body', id: 1, size: 0, crc32: 0 } as const
const plain: Head = { modifiedMs: now, size: 0, md5, parts: 0, system: {}, metadata: {}, extent }

const outcomeOf = (check: () => void): string => {
  try {
    check()
    return 'allowed'
  } catch (error) {
    assert.ok(error instanceof ApiError)
    return error.code
  }
}

const governance = (days: number): Retention => ({ mode: 'GOVERNANCE', untilMs: now + days * dayMs })
const compliance = (days: number): Retention => ({ mode: 'COMPLIANCE', untilMs: now + days * dayMs })

/** What a record may hold that this version does not understand. */
const strange = (lock: unknown): Version => ({ ...plain, ...(lock as Partial<Head>) })

const removals: readonly (readonly [what: string, version: Version, plainly: string, bypassing: string])[] = [
  ['a version without a lock', plain, 'allowed', 'allowed'],
  ['a delete marker', { deleteMarker: true, modifiedMs: now, versionId: '' as never }, 'allowed', 'allowed'],
  ['GOVERNANCE', { ...plain, retention: governance(1) }, 'AccessDenied', 'allowed'],
  ['GOVERNANCE that has ended', { ...plain, retention: governance(0) }, 'allowed', 'allowed'],
  ['COMPLIANCE', { ...plain, retention: compliance(1) }, 'AccessDenied', 'AccessDenied'],
  ['COMPLIANCE that has ended', { ...plain, retention: compliance(0) }, 'allowed', 'allowed'],
  ['a legal hold', { ...plain, legalHold: true }, 'AccessDenied', 'AccessDenied'],
  ['no legal hold any more', { ...plain, legalHold: false }, 'allowed', 'allowed'],
  [
    'a hold over an ended retention',
    { ...plain, retention: governance(0), legalHold: true },
    'AccessDenied',
    'AccessDenied',
  ],
  ['a hold that is no boolean', strange({ legalHold: 'OFF' }), 'ServiceUnavailable', 'ServiceUnavailable'],
  ['a hold that is null', strange({ legalHold: null }), 'ServiceUnavailable', 'ServiceUnavailable'],
  [
    'an unknown mode',
    strange({ retention: { ...governance(0), mode: 'X' } }),
    'ServiceUnavailable',
    'ServiceUnavailable',
  ],
  ['no time', strange({ retention: { mode: 'GOVERNANCE' } }), 'ServiceUnavailable', 'ServiceUnavailable'],
  [
    'a time that is none',
    strange({ retention: { mode: 'GOVERNANCE', untilMs: '0' } }),
    'ServiceUnavailable',
    'ServiceUnavailable',
  ],
  ['a retention that is null', strange({ retention: null }), 'ServiceUnavailable', 'ServiceUnavailable'],
  ['a retention that is text', strange({ retention: 'none' }), 'ServiceUnavailable', 'ServiceUnavailable'],
]
for (const [what, version, plainly, bypassing] of removals) {
  test(`removing with ${what}: ${plainly}; passing over GOVERNANCE: ${bypassing}`, () => {
    assert.equal(
      outcomeOf(() => requireUnlocked(version, now)),
      plainly,
    )
    assert.equal(
      outcomeOf(() => requireUnlocked(version, now, true)),
      bypassing,
    )
  })
}

const denied = 'AccessDenied'
const changes: readonly (readonly [
  what: string,
  from: Retention | undefined,
  to: Retention | undefined,
  plainly: string,
  bypassing: string,
])[] = [
  ['a first one', undefined, compliance(1), 'allowed', 'allowed'],
  ['none to none', undefined, undefined, 'allowed', 'allowed'],
  ['GOVERNANCE longer', governance(1), governance(2), 'allowed', 'allowed'],
  ['GOVERNANCE the same', governance(1), governance(1), 'allowed', 'allowed'],
  ['GOVERNANCE shorter', governance(2), governance(1), denied, 'allowed'],
  ['GOVERNANCE taken away', governance(1), undefined, denied, 'allowed'],
  ['GOVERNANCE to COMPLIANCE', governance(1), compliance(2), denied, 'allowed'],
  ['GOVERNANCE that has ended, taken away', governance(0), undefined, 'allowed', 'allowed'],
  ['COMPLIANCE longer', compliance(1), compliance(2), 'allowed', 'allowed'],
  ['COMPLIANCE shorter', compliance(2), compliance(1), denied, denied],
  ['COMPLIANCE taken away', compliance(1), undefined, denied, denied],
  ['COMPLIANCE to GOVERNANCE', compliance(1), governance(2), denied, denied],
  ['COMPLIANCE that has ended, taken away', compliance(0), undefined, 'allowed', 'allowed'],
  ['one that cannot be read', { mode: 'X' } as never, governance(1), 'ServiceUnavailable', 'ServiceUnavailable'],
  ['one that is null', null as never, governance(1), 'ServiceUnavailable', 'ServiceUnavailable'],
]
for (const [what, from, to, plainly, bypassing] of changes) {
  test(`changing ${what}: ${plainly}; passing over GOVERNANCE: ${bypassing}`, () => {
    assert.equal(
      outcomeOf(() => requireRetentionChange(from, to, now, false)),
      plainly,
    )
    assert.equal(
      outcomeOf(() => requireRetentionChange(from, to, now, true)),
      bypassing,
    )
  })
}

test('a default retention is counted from now, in days of 24 hours and years of 365 of them', () => {
  const days = { defaultRetention: { mode: 'GOVERNANCE', days: 3 } } as const
  const years = { defaultRetention: { mode: 'COMPLIANCE', years: 2 } } as const
  assert.deepEqual(defaultRetention(days, now), governance(3))
  assert.deepEqual(defaultRetention(years, now), compliance(730))
  assert.equal(defaultRetention({}, now), undefined)
})
