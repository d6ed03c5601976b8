/** Lifecycle against a model that walks everything: whatever is done, what is due goes, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { shownVersionId, type Version } from '../objects/head.ts'
import { setReindex } from '../objects/lifecycle/queue.ts'
import type { LifecycleRule } from '../objects/lifecycle/rule.ts'
import { checkLedger } from '../objects/ledger.ts'
import type { Bucket } from '../objects/bucket.ts'
import { makeBed, makeBucket, put, type Bed } from '../objects/test-bed.ts'
import { openEpoch, openEpochs } from './epochs.ts'
import { dayMs, versionsIn } from './lifecycle.fixture.ts'
import { lifecycleJob, retryMs } from './lifecycle.ts'

const keys = ['a/1', 'a/2', 'b/1']

type Step =
  | { readonly kind: 'put'; readonly key: string; readonly size: number; readonly tagged: boolean }
  | { readonly kind: 'delete' | 'tag'; readonly key: string; readonly tagged: boolean }
  | { readonly kind: 'remove'; readonly key: string; readonly index: number }
  | { readonly kind: 'rules'; readonly rules: readonly Partial<LifecycleRule>[] }
  | { readonly kind: 'version'; readonly versioning: 'Enabled' | 'Suspended' }
  | { readonly kind: 'pass'; readonly ms: number }

const key = fc.constantFrom(...keys)
const days = fc.integer({ min: 1, max: 4 })
const rule: fc.Arbitrary<Partial<LifecycleRule>> = fc.record(
  {
    prefix: fc.constantFrom('', 'a/', 'a/2', 'c'),
    tags: fc.constant({ t: '1' }),
    sizeAbove: fc.constant(4),
    sizeBelow: fc.constantFrom(1, 4),
    enabled: fc.constantFrom(true, true, false),
    expirationDays: days,
    noncurrentDays: days,
    newerNoncurrentVersions: fc.integer({ min: 1, max: 3 }),
    expiredObjectDeleteMarker: fc.constant(true),
  },
  { requiredKeys: [] },
)
const rules = fc.record({ kind: fc.constant('rules' as const), rules: fc.array(rule, { minLength: 1, maxLength: 3 }) })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('put'), key, size: fc.nat({ max: 20 }), tagged: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('delete', 'tag'), key, tagged: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove'), key, index: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: rules },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('version'), versioning: fc.constantFrom('Enabled', 'Suspended') }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: 1, max: 3 * dayMs }) }) },
)

async function take(bed: Bed, bucket: Bucket, taken: Step): Promise<void> {
  const { objects, buckets, clock } = bed
  clock.ms++
  switch (taken.kind) {
    case 'put': {
      const tags = taken.tagged ? { t: '1' } : {}
      await put(bed, bucket, taken.key, 'x'.repeat(taken.size), { tags })
      return
    }
    case 'delete':
      await objects.delete(bucket, taken.key)
      return
    case 'tag': {
      const tags = taken.tagged ? { t: '1' } : {}
      const newest = (await versionsIn(bed, bucket, taken.key)).findLast((version) => version.deleteMarker !== true)
      if (newest !== undefined)
        await objects.amend(bucket, taken.key, shownVersionId(newest), (head) => ({ ...head, tags }))
      return
    }
    case 'remove': {
      const version = (await versionsIn(bed, bucket, taken.key))[taken.index]
      if (version !== undefined) await objects.remove(bucket, taken.key, shownVersionId(version))
      return
    }
    case 'rules': {
      const rules = taken.rules.map((each, index) => ({
        ...{ id: `${index}`, enabled: true, form: 'And' as const },
        ...each,
      }))
      await buckets.update(bucket, (current) => ({ ...current, lifecycle: { rules } }), setReindex)
      return
    }
    case 'version':
      await buckets.update(bucket, (current) => ({ ...current, versioning: taken.versioning }))
      return
    case 'pass':
      clock.ms += taken.ms
  }
}

/** What is left of a key when all that is due has gone; a delete marker that lifecycle puts is `new`. */
function model(bucket: Bucket, of: string, versions: readonly Version[], nowMs: number): readonly string[] {
  const rules = (bucket.lifecycle?.rules ?? []).filter((each) => each.enabled && of.startsWith(each.prefix ?? ''))
  const fits = ({ tags, sizeAbove = -1, sizeBelow = Infinity }: LifecycleRule, version: Version): boolean => {
    const { size, tags: has } = version.deleteMarker === true ? { size: 0, tags: undefined } : version
    return size > sizeAbove && size < sizeBelow && (tags === undefined || has?.['t'] === '1')
  }
  const isPast = (ms: number, count: number): boolean => Math.ceil(ms / dayMs + count) * dayMs <= nowMs
  let left = [...versions]
  let marked = false
  for (let before = -1; before !== left.length;) {
    before = left.length
    let newer = 0
    left = left.filter((version, index) => {
      if (index === 0 && !marked) return true
      const sinceMs = version.noncurrentMs ?? (index === 0 ? nowMs : left[index - 1]!.modifiedMs)
      const goes = rules.some(
        (each) =>
          each.noncurrentDays !== undefined &&
          newer >= (each.newerNoncurrentVersions ?? 0) &&
          fits(each, version) &&
          isPast(sinceMs, each.noncurrentDays),
      )
      if (!goes && version.deleteMarker !== true) newer++
      return !goes
    })
    const [newest] = left
    if (newest === undefined || marked) continue
    if (newest.deleteMarker === true) {
      const goes = rules.some((each) => {
        const count = each.expiredObjectDeleteMarker === true ? 0 : each.expirationDays
        return count !== undefined && fits(each, newest) && isPast(newest.modifiedMs, count)
      })
      if (left.length === 1 && goes) left = []
    } else if (
      rules.some(
        (each) =>
          each.expirationDays !== undefined && fits(each, newest) && isPast(newest.modifiedMs, each.expirationDays),
      )
    ) {
      if (bucket.versioning === undefined) return []
      const nulls = (version: Version): boolean => shownVersionId(version) === 'null'
      if (bucket.versioning === 'Suspended') left = left.filter((version) => !nulls(version))
      // What was current is noncurrent since now, and one more of those.
      marked = true
      before = -1
    }
  }
  return [...(marked ? ['new'] : []), ...left.map(nameOf)]
}

/** One from before versioning is given its id when it ceases to be current. */
const nameOf = (version: Version): string =>
  shownVersionId(version) === 'null' ? `null of ${version.modifiedMs}` : version.versionId!

/** What is left when lifecycle has done its work, and what should be. */
async function compare(bed: Bed, bucket: Bucket, work: () => Promise<void>) {
  const current = await bed.buckets.get(bucket.name)
  const before = await Promise.all(keys.map((of) => versionsIn(bed, bucket, of)))
  const expected = keys.map((of, index) => model(current, of, before[index]!, bed.clock.ms))
  const known = new Set(before.flat().map(nameOf))
  await work()
  const after = await Promise.all(keys.map((of) => versionsIn(bed, bucket, of)))
  const left = after.map((versions) => versions.map(nameOf).map((name) => (known.has(name) ? name : 'new')))
  return { left, expected }
}

test('whatever is done, and whichever commit fails, what is due is gone by the end of the day, and nothing else is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.option(fc.constant({ kind: 'version', versioning: 'Enabled' } as const)),
      rules,
      fc.array(step, { maxLength: 25 }),
      fc.option(fc.tuple(fc.integer({ min: 3, max: 60 }), fc.constantFrom('before', 'after'))),
      async (first, second, steps, failure) => {
        const bed = makeBed({ fault: (commit) => (commit === failure?.[0] ? failure[1] : undefined) })
        await openEpoch(bed.metadata)
        const bucket = await makeBucket(bed)
        const job = lifecycleJob(bed)
        const work = async (): Promise<void> => {
          for (let idle = 0; idle < 2;) {
            bed.clock.ms++
            try {
              idle = (await job.work(new AbortController().signal)) === 'busy' ? 0 : idle + 1
            } catch {
              bed.clock.ms += retryMs
              idle = 0
            }
          }
        }
        for (const taken of [
          ...(first === null ? [] : [first]),
          second,
          ...steps,
          { kind: 'pass', ms: 2 * dayMs } as const,
        ]) {
          await take(bed, bucket, taken).catch(() => undefined)
          if (taken.kind !== 'pass') continue
          const atAnyTime = await compare(bed, bucket, work)
          for (const [index, names] of atAnyTime.expected.entries()) {
            for (const name of names) assert.ok(name === 'new' || atAnyTime.left[index]!.includes(name), name)
          }
          bed.clock.ms = Math.ceil(bed.clock.ms / dayMs) * dayMs
          const atMidnight = await compare(bed, bucket, work)
          assert.deepEqual(atMidnight.left, atMidnight.expected)
        }
        assert.deepEqual((await checkLedger(bed.metadata, bed.blobs, await openEpochs(bed.metadata))).faults, [])
      },
    ),
    { numRuns: 300 },
  )
})
