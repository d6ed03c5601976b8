import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import type { Bucket } from '../objects/bucket.ts'
import { checkLedger } from '../objects/ledger.ts'
import { makeBed, makeBucket, put, read, type Bed, type BedOptions } from '../objects/test-bed.ts'
import { emptyBucketsJob } from './empty-buckets.ts'
import { garbageJob } from './garbage.ts'

const large = (text: string): string => text.repeat(30)
const code = (expected: string) => (error: unknown) => error instanceof ApiError && error.code === expected
const signal = new AbortController().signal

const assertLedger = async ({ metadata, blobs }: Bed): Promise<void> =>
  assert.deepEqual((await checkLedger(metadata, blobs, [1])).faults, [])

/** As the runner does: what fails is tried again. */
async function runJob({ extensions }: Bed): Promise<void> {
  const job = emptyBucketsJob(extensions.emptier)
  while ((await job.work(signal).catch(() => 'busy')) === 'busy');
}

async function collectGarbage({ metadata, blobs, uploads, clock, random }: Bed): Promise<void> {
  const job = garbageJob({ metadata, blobs, uploads, clock, random, graceSeconds: 0 })
  for (let round = 0; round < 4; round++) {
    clock.ms += 100 * 86_400_000
    while ((await job.work(signal).catch(() => 'busy')) === 'busy');
  }
}

/** With versions, delete markers, a null version, a copy, soft-deleted objects and an unfinished upload. */
async function fill(bed: Bed): Promise<Bucket> {
  const made = await makeBucket(bed)
  await put(bed, made, 'null', 'null')
  const bucket = await bed.buckets.update(made, (current) => ({ ...current, versioning: 'Enabled', softDeleteDays: 9 }))
  for (let index = 0; index < 70; index++) await put(bed, bucket, `k${index}`, index % 9 === 0 ? large('k') : 'k')
  for (let index = 0; index < 40; index++) await put(bed, bucket, `k${index}`, large('v'))
  for (let index = 0; index < 20; index++) await bed.objects.delete(bucket, `k${index}`)
  const head = await put(bed, bucket, 'null', large('n'))
  await put(bed, bucket, 'null', large('m'))
  await bed.objects.remove(bucket, 'null', head.versionId!)
  const upload = await bed.uploads.create(bucket, { key: 'k', accountId: bucket.accountId, system: {}, metadata: {} })
  await bed.uploads.putPart(
    bucket,
    upload,
    1,
    (async function* () {
      yield Buffer.from(large('p'))
    })(),
    { sizeMax: 1000 },
  )
  return bucket
}

async function openBed(options: BedOptions = {}): Promise<{ bed: Bed; bucket: Bucket }> {
  const bed = makeBed(options)
  return { bed, bucket: await fill(bed) }
}

async function assertGone(bed: Bed): Promise<void> {
  await assert.rejects(bed.buckets.get('photos'), code('NoSuchBucket'))
  await assertLedger(bed)
  await collectGarbage(bed)
  await assertLedger(bed)
  const { facts } = await checkLedger(bed.metadata, bed.blobs, [])
  assert.deepEqual([facts.objects, facts.versions, facts.parts, facts.bodies, facts.onDisk], [0, 0, 0, 0, 0])
}

describe('a bucket deleted with all that is in it', () => {
  test('is gone when the request has waited for it', async () => {
    const { bed, bucket } = await openBed()
    await makeBucket(bed, 'other')
    assert.equal(await bed.extensions.emptier.empty(bucket, 1000), true)
    await bed.buckets.delete('other')
    await assertGone(bed)
  })

  test('is nobody’s from the first moment, and its name is free only when it is gone', async () => {
    const { bed, bucket } = await openBed()
    assert.equal(await bed.extensions.emptier.empty(bucket, 0), false)
    await assert.rejects(bed.buckets.get('photos'), code('NoSuchBucket'))
    assert.equal(bed.buckets.cached('photos'), undefined)
    assert.deepEqual(await bed.buckets.list({ accountId: bucket.accountId, limit: 10 }), [])
    await assert.rejects(put(bed, bucket, 'new', 'x'), code('NoSuchBucket'))
    await assert.rejects(
      bed.buckets.update(bucket, (current) => current),
      code('NoSuchBucket'),
    )
    await assert.rejects(bed.buckets.delete('photos'), code('NoSuchBucket'))
    await assert.rejects(makeBucket(bed), code('OperationAborted'))
    await runJob(bed)
    const again = await makeBucket(bed)
    assert.equal(await read(bed, again, 'k1'), undefined)
    await bed.buckets.delete('photos')
    await assertGone(bed)
  })

  test('by a request and the job at the same time', async () => {
    const { bed, bucket } = await openBed({ pause: () => new Promise((resolve) => setImmediate(resolve)) })
    assert.equal(await bed.extensions.emptier.empty(bucket, 0), false)
    const marked = await bed.buckets.find('photos')
    const [done] = await Promise.all([bed.extensions.emptier.empty(marked, 1000), runJob(bed)])
    assert.equal(done, true)
    await assertGone(bed)
  })

  for (const kind of ['before', 'after'] as const) {
    test(`whichever commit fails ${kind} it is made, is gone in the end`, async () => {
      for (let failing = 1; failing < 14; failing++) {
        let first = Number.POSITIVE_INFINITY
        const bed = makeBed({ fault: (commit) => (commit - first === failing ? kind : ((last = commit), undefined)) })
        let last = 0
        const bucket = await fill(bed)
        first = last
        await bed.extensions.emptier.empty(bucket, 1000).catch(() => undefined)
        await assertLedger(bed)
        await runJob(bed)
        const left = await bed.buckets.get('photos').catch(() => undefined)
        // Where the mark was not made, nothing was done.
        if (left !== undefined) assert.equal(await bed.extensions.emptier.empty(left, 1000), true)
        await assertGone(bed)
      }
    })
  }

  for (const [what, lock] of [
    ['retained', { retention: { mode: 'GOVERNANCE', untilMs: Date.UTC(2030, 0, 1) } }],
    ['held', { legalHold: true }],
  ] as const) {
    test(`stays as it was where one version is ${what}`, async () => {
      const bed = makeBed()
      const made = await makeBucket(bed)
      const bucket = await bed.buckets.update(made, (current) => ({
        ...current,
        versioning: 'Enabled',
        objectLock: {},
      }))
      await put(bed, bucket, 'a', 'free')
      await put(bed, bucket, 'z', 'locked', lock)
      await put(bed, bucket, 'z', 'free')
      await assert.rejects(bed.extensions.emptier.empty(bucket, 1000), code('AccessDenied'))
      assert.equal(await read(bed, await bed.buckets.get('photos'), 'a'), 'free')
      await assertLedger(bed)
    })
  }

  test('stays, and is listed again, where the lock is found after it was marked', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    const bucket = await bed.buckets.update(made, (current) => ({ ...current, versioning: 'Enabled', objectLock: {} }))
    const retention = { mode: 'COMPLIANCE', untilMs: bed.clock.ms - 1 } as const
    for (let index = 0; index < 600; index++) await put(bed, bucket, `k${index}`, 'x')
    await put(bed, bucket, 'z', 'locked', { retention })
    // It was over as the request looked, and is not as the job does.
    assert.equal(await bed.extensions.emptier.empty(bucket, 0), false)
    bed.clock.ms -= 1000
    await runJob(bed)
    assert.equal(await read(bed, await bed.buckets.get('photos'), 'z'), 'locked')
    assert.equal((await bed.buckets.list({ accountId: bucket.accountId, limit: 10 })).length, 1)
    assert.equal((await bed.buckets.usage(bucket)).objects, 601)
    await put(bed, bucket, 'new', 'x')
    await assertLedger(bed)
  })

  test('with locks that are over, and delete markers, is gone', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    const bucket = await bed.buckets.update(made, (current) => ({ ...current, versioning: 'Enabled', objectLock: {} }))
    await put(bed, bucket, 'k', 'x', { retention: { mode: 'COMPLIANCE', untilMs: bed.clock.ms + 10 } })
    await bed.objects.delete(bucket, 'k')
    bed.clock.ms += 11
    assert.equal(await bed.extensions.emptier.empty(bucket, 1000), true)
    await assertGone(bed)
  })
})

test('who comes late to a bucket that stays deletes nothing of it', async () => {
  const bed = makeBed()
  const made = await makeBucket(bed)
  const bucket = await bed.buckets.update(made, (current) => ({ ...current, versioning: 'Enabled', objectLock: {} }))
  await put(bed, bucket, 'a', 'a', { retention: { mode: 'COMPLIANCE', untilMs: bed.clock.ms - 1 } })
  assert.equal(await bed.extensions.emptier.empty(bucket, 0), false)
  const { emptier } = bed.extensions
  assert.equal(await emptier.work(bucket.id), 'busy')
  assert.equal(await emptier.work(bucket.id), 'busy')
  bed.clock.ms -= 1000
  // Two at once find that the lock holds again: one takes the mark off, and the other finds nothing to do.
  const outcomes = await Promise.all([emptier.work(bucket.id), emptier.work(bucket.id)])
  assert.ok(outcomes.includes('locked'))
  assert.equal(await emptier.work(bucket.id), 'gone')
  assert.equal(await read(bed, await bed.buckets.get('photos'), 'a'), 'a')
  await assertLedger(bed)
})

test('several buckets are emptied in turn', async () => {
  const bed = makeBed()
  const buckets = await Promise.all(['one', 'two', 'three'].map((name) => makeBucket(bed, name)))
  for (const bucket of buckets) {
    for (let index = 0; index < 100; index++) await put(bed, bucket, `k${index}`, 'x')
    await bed.extensions.emptier.empty(bucket, 0)
  }
  const job = emptyBucketsJob(bed.extensions.emptier)
  for (let piece = 0; piece < 3; piece++) await job.work(signal)
  for (const bucket of buckets) assert.equal((await bed.buckets.usage(bucket)).objects, 36)
  await runJob(bed)
  await assertLedger(bed)
  assert.equal((await checkLedger(bed.metadata, bed.blobs, [])).facts.objects, 0)
})
