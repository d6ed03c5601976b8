import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { UsageReports, type StorageOfDay } from '../metering/usage-reports.ts'
import type { Bucket } from '../objects/bucket.ts'
import { makeBed, makeBucket, put, type Bed } from '../objects/test-bed.ts'
import { noUsage } from '../objects/usage.ts'
import type { Job } from './runner.ts'
import { storageOfDayJob } from './storage-of-day.ts'

const dayMs = 86_400_000
const days = { fromDay: '2026-11-01', toDay: '2026-12-31' }
const { signal } = new AbortController()

let bed: Bed
let bucket: Bucket
let reports: UsageReports

beforeEach(async () => {
  bed = makeBed()
  bucket = await makeBucket(bed)
  reports = new UsageReports(bed)
})

async function runToEnd(job: Job = storageOfDayJob(bed)): Promise<number> {
  for (let pieces = 1; ; pieces++) if ((await job.work(signal)) === 'idle') return pieces
}

const ofBucket = ({ id }: Bucket): Promise<readonly StorageOfDay[]> =>
  reports.storageByDay({ of: 'bucket', id, ...days })

test('what a bucket and its account hold when a day has ended is noted once, exactly', async () => {
  const other = await makeBucket(bed, 'other')
  await put(bed, bucket, 'a', 'twelve bytes')
  await put(bed, bucket, 'b', '')
  await put(bed, other, 'c', 'x')
  const job = storageOfDayJob(bed)
  bed.clock.ms += dayMs + 5000
  await runToEnd(job)
  await put(bed, bucket, 'later', 'later')
  await runToEnd(job)
  await runToEnd()
  const atMs = bed.clock.ms
  const row = { day: '2026-11-20', ...noUsage, objects: 2, bytes: 12, atMs }
  assert.deepEqual(await ofBucket(bucket), [row])
  assert.deepEqual(await ofBucket(other), [{ ...row, objects: 1, bytes: 1 }])
  const ofAccount = await reports.storageByDay({ of: 'account', id: bucket.accountId, ...days })
  assert.deepEqual(ofAccount, [{ ...row, objects: 3, bytes: 13 }])
  bed.clock.ms += dayMs
  await runToEnd(job)
  assert.deepEqual(
    (await ofBucket(bucket)).map(({ day, bytes }) => [day, bytes]),
    [
      ['2026-11-20', 12],
      ['2026-11-21', 17],
    ],
  )
})

test('noncurrent versions, what can be had back and unfinished parts are told apart', async () => {
  bucket = await bed.buckets.update(bucket, (current) => ({ ...current, versioning: 'Enabled', softDeleteDays: 1 }))
  const first = await put(bed, bucket, 'a', '1')
  await put(bed, bucket, 'a', '22')
  await put(bed, bucket, 'a', '333')
  await bed.objects.remove(bucket, 'a', first.versionId!)
  await runToEnd()
  const [row] = await ofBucket(bucket)
  const { day: _, atMs: __, ...usage } = row!
  assert.deepEqual(usage, await bed.buckets.usage(bucket))
  assert.deepEqual(usage, {
    ...noUsage,
    objects: 1,
    bytes: 3,
    versions: 1,
    versionBytes: 2,
    deleted: 1,
    deletedBytes: 1,
  })
})

test('it goes on in pieces where another left off, and each thing is noted once', async () => {
  const buckets = [bucket]
  for (let index = 0; index < 7; index++) buckets.push(await makeBucket(bed, `bucket-${index}`))
  for (const each of buckets) await put(bed, each, 'k', each.name)
  const { atMs: _, ...parts } = { ...bed, atMs: 0 }
  let pieces = 0
  // Each piece by another, as after crashes.
  while ((await storageOfDayJob({ ...parts, atOnce: 2 }).work(signal)) === 'busy') pieces++
  assert.equal(pieces, 4)
  assert.equal(await storageOfDayJob(parts).work(signal), 'idle')
  for (const each of buckets)
    assert.deepEqual(
      (await ofBucket(each)).map(({ day, bytes }) => [day, bytes]),
      [['2026-11-19', each.name.length]],
    )
})

test('a clock that was set back notes no day again', async () => {
  await put(bed, bucket, 'a', '1')
  await runToEnd()
  bed.clock.ms -= dayMs
  await put(bed, bucket, 'b', '22')
  await runToEnd()
  bed.clock.ms += dayMs
  await runToEnd()
  assert.deepEqual(
    (await ofBucket(bucket)).map(({ day, bytes }) => [day, bytes]),
    [['2026-11-19', 1]],
  )
})
