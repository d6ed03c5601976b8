import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMemoryStore, type CommitFault } from '../metadata/memory.ts'
import { merge, reduce, type Frequent } from './frequent-objects.ts'
import { ObjectCounts } from './object-counts.ts'
import { UsageRecorder, type CountedEnd } from './usage-recorder.ts'
import { UsageReports } from './usage-reports.ts'

const bucket = { id: '00112233445566ff', name: 'photos', accountId: 'a'.repeat(64), region: 'eu-central' }
const days = { fromDay: '2026-11-01', toDay: '2026-11-30' }
let nowMs = Date.UTC(2026, 10, 20, 12)
const clock = { now: () => nowMs }

const read = (key: string, more: Partial<CountedEnd> = {}, served: object = {}): CountedEnd => ({
  ...{ status: 200, bytesIn: 0, bytesOut: 10, ...more },
  request: { served: { front: 's3', operation: 'GetObject', bucket, key, ...served }, remoteAddress: '192.0.2.7' },
})

/** Few are asked for often, and many now and then. */
const skewed = (keys: number): fc.Arbitrary<string> =>
  fc.double({ min: 0, max: 1, noNaN: true }).map((x) => `k${Math.floor(keys * x ** 6)}`)

test('what is told is never too much, and too little by at most one in so many as are kept, however it is merged', () => {
  const stream = fc.array(fc.tuple(skewed(400), fc.nat(3)), { minLength: 200, maxLength: 3000 })
  fc.assert(
    fc.property(
      stream,
      fc.integer({ min: 2, max: 30 }),
      fc.integer({ min: 20, max: 500 }),
      (requests, kept, period) => {
        const threads = Array.from({ length: 4 }, () => new ObjectCounts(0, kept))
        const merged = new Map<string, Frequent>()
        const exact = new Map<string, number>()
        const flush = (thread: number): void => {
          for (const { counters } of threads[thread]!.objects()) merge(merged, counters)
          reduce(merged, kept)
          threads[thread] = new ObjectCounts(0, kept)
        }
        for (const [index, [key, thread]] of requests.entries()) {
          threads[thread]!.count('b', key, 7)
          exact.set(key, (exact.get(key) ?? 0) + 1)
          if (index % period === 0) flush(thread)
        }
        threads.forEach((_, thread) => flush(thread))
        assert(merged.size <= kept)
        // A thread's own counters are short by one part, those merged by another.
        const bound = 2 * Math.floor(requests.length / (kept + 1))
        for (const [key, count] of exact) {
          const told = merged.get(key)
          assert((told?.requests ?? 0) <= count, key)
          assert(
            (told?.requests ?? 0) >= count - bound,
            `${key}: ${told?.requests} of ${count}, short by more than ${bound}`,
          )
          assert.equal(told?.bytesOut ?? 0, 7 * (told?.requests ?? 0))
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('a thread keeps no more counters than it may, however many keys are asked for', () => {
  const counts = new ObjectCounts(0, 50)
  for (let index = 0; index < 10_000; index++) {
    counts.count(`b${index % 7}`, `k${index}`, 1)
    counts.count('b0', 'hot', 1)
    if (index % 1000 === 0) assert(sizeOf(counts) < 100)
  }
  assert(sizeOf(counts) < 100)
  const [hot] = [...counts.objects()]
    .filter(({ bucketId }) => bucketId === 'b0')
    .map(({ counters }) => counters.get('hot'))
  assert.deepEqual([hot?.requests, hot?.bytesOut], [10_000, 10_000])
})

const sizeOf = (counts: ObjectCounts): number =>
  [...counts.objects()].reduce((size, { counters }) => size + counters.size, 0)

test('what few are asked for is exact: by two threads, in several days, and for a reader that comes later', async () => {
  nowMs = Date.UTC(2026, 10, 20, 12)
  const metadata = createMemoryStore()
  const threads = [0, 1].map(() => new UsageRecorder({ metadata, clock }))
  const keys = ['a', 'Ünïcode/日本/🎬', '__proto__', 'a"b\\c', '\u0001']
  for (let time = 0; time < 60; time++) {
    for (const [index, key] of keys.entries()) {
      if (time % (index + 1) === 0)
        threads[time % 2]!.record(read(key, {}, time % 3 === 0 ? { front: 'delivery', operation: 'Deliver' } : {}))
    }
    if (time % 11 === 0) await threads[time % 2]!.flush()
    if (time === 30) nowMs += 86_400_000
  }
  for (const thread of threads) await thread.stop()
  const reports = new UsageReports({ metadata })
  const found = await reports.objects({ id: bucket.id, ...days }, 10)
  assert.deepEqual(
    found,
    keys.map((key, index) => ({
      key,
      requests: Math.ceil(60 / (index + 1)),
      bytesOut: 10 * Math.ceil(60 / (index + 1)),
    })),
  )
  const [first] = await reports.objects({ id: bucket.id, fromDay: '2026-11-20', toDay: '2026-11-20' }, 1)
  assert.deepEqual(first, { key: 'a', requests: 31, bytesOut: 310 })
})

test('only what was read counts: no failure, no other operation, nothing without a bucket', async () => {
  const metadata = createMemoryStore()
  const recorder = new UsageRecorder({ metadata, clock })
  for (const end of [
    read('a', { status: 404 }),
    read('a', { status: 499 }),
    read('a', { status: 303 }),
    read('a', { status: 204 }),
    read('a', {}, { operation: 'PutObject' }),
    read('a', {}, { operation: 'HeadObject' }),
    read('a', {}, { key: undefined }),
    read('a', {}, { bucket: undefined }),
  ])
    recorder.record(end)
  recorder.record(read('b', { status: 206 }))
  await recorder.stop()
  const found = await new UsageReports({ metadata }).objects({ id: bucket.id, ...days }, 10)
  assert.deepEqual(found, [{ key: 'b', requests: 1, bytesOut: 10 }])
})

test('what could not be kept is kept later, once, and no more of it waits than may', async () => {
  let faults: (CommitFault | undefined)[] = []
  const metadata = createMemoryStore({ fault: () => faults.shift() })
  const recorder = new UsageRecorder({ metadata, clock })
  recorder.record(read('a'))
  faults = [undefined, 'before']
  await assert.rejects(recorder.flush(), { code: 'ServiceUnavailable' })
  recorder.record(read('a'))
  await recorder.flush()
  const reports = new UsageReports({ metadata })
  assert.deepEqual(await reports.objects({ id: bucket.id, ...days }, 10), [{ key: 'a', requests: 2, bytesOut: 20 }])
})
