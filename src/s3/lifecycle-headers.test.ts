import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LifecycleRule } from '../objects/lifecycle/rule.ts'
import { abortMembers, expirationHeader } from './lifecycle-headers.ts'
import { makeFront } from './test-bed.ts'

async function bucketWith(...rules: readonly Partial<LifecycleRule>[]) {
  const { buckets } = await makeFront()
  const lifecycle = { rules: rules.map((rule) => ({ id: 'r', enabled: true, form: 'And' as const, ...rule })) }
  return buckets.update(await buckets.get('photos'), (current) => ({ ...current, lifecycle }))
}

const head = { modifiedMs: Date.UTC(2012, 11, 19, 12), size: 5, tags: { t: '1' } }

test('x-amz-expiration tells the rule that is the first to be due, and the day', async () => {
  const bucket = await bucketWith({ expirationDays: 9 }, { id: 'my rule', expirationDays: 1, tags: { t: '1' } })
  const expected = 'expiry-date="Fri, 21 Dec 2012 00:00:00 GMT", rule-id="my rule"'
  assert.equal(expirationHeader(bucket, 'k', head), expected)
})

test('x-amz-expiration is not there without rules about the version, nor for one that is noncurrent', async () => {
  const bucket = await bucketWith({ prefix: 'logs/', expirationDays: 1 }, { noncurrentDays: 1 })
  assert.equal(expirationHeader(bucket, 'k', head), undefined)
  assert.equal(expirationHeader(bucket, 'logs/k', { ...head, noncurrentMs: 1 }), undefined)
  assert.equal(expirationHeader({ ...bucket, lifecycle: undefined }, 'logs/k', head), undefined)
})

test('an id that cannot stand in a header is percent-encoded', async () => {
  for (const [id, shown] of [
    ['a"b', 'a%22b'],
    ['a\r\nx: y', 'a%0D%0Ax%3A%20y'],
    ['é', '%C3%A9'],
    ['100%', '100%'],
  ] as const) {
    const bucket = await bucketWith({ id, expirationDays: 1, abortUploadsAfterDays: 1 })
    assert.match(expirationHeader(bucket, 'k', head)!, new RegExp(`rule-id="${shown}"$`))
    assert.equal(abortMembers(bucket, { key: 'k', initiatedMs: 0 }).AbortRuleId, shown)
  }
})

test('what is due after the year 9999 is not told', async () => {
  const bucket = await bucketWith({ expirationDays: 0x7fff_ffff, abortUploadsAfterDays: 5_000_000 })
  assert.equal(expirationHeader(bucket, 'k', head), undefined)
  assert.deepEqual(abortMembers(bucket, { key: 'k', initiatedMs: 0 }), {})
})

test('an upload is told when it will be aborted', async () => {
  const bucket = await bucketWith({ id: 'r', abortUploadsAfterDays: 2 })
  const initiatedMs = Date.UTC(2026, 0, 1, 12)
  assert.deepEqual(abortMembers(bucket, { key: 'k', initiatedMs }), {
    AbortDate: Date.UTC(2026, 0, 4),
    AbortRuleId: 'r',
  })
})
