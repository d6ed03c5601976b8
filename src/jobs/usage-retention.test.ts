import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyspace } from '../metadata/keyspace.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { dayOf, dayText } from '../metering/day.ts'
import { dayIn, dayKey, recordsOf } from '../metering/keys.ts'
import { encodeStorage } from '../metering/storage-of-day.ts'
import { counterKey } from '../metering/usage-counters.ts'
import { UsageReports } from '../metering/usage-reports.ts'
import { noUsage } from '../objects/usage.ts'
import { usageRetentionJob } from './usage-retention.ts'

const { signal } = new AbortController()

test('what is of more than 400 days is removed, in pieces and once a day; the rest stays', async () => {
  const metadata = createMemoryStore()
  let nowMs = Date.UTC(2026, 10, 20, 12)
  const today = dayOf(nowMs)
  const ids = Array.from({ length: 25 }, (_, index) => `AKIA${'x'.repeat(index)}`)
  await metadata.transact({ exclusive: [] }, (transaction) => {
    for (const id of ids) {
      for (const age of [0, 1, 398, 399, 400, 401, 2000]) {
        for (const counter of [0, 7]) transaction.add(counterKey('key', id, today - age, counter), age + 1)
        const storage = encodeStorage({ ...noUsage, atMs: 1 })
        transaction.set(dayKey(recordsOf(keyspace.storageOfDay, 'bucket', id), today - age), storage)
        transaction.set(dayKey(recordsOf(keyspace.objectsOfDay, 'bucket', id), today - age), Buffer.of(0))
      }
    }
  })
  const reports = new UsageReports({ metadata })
  const agesOf = async (id: string): Promise<unknown> => {
    const ages = { counted: [] as number[], stored: [] as number[] }
    for (let toDay = today; toDay > today - 2400; toDay -= 400) {
      const options = { id, fromDay: dayText(toDay - 399), toDay: dayText(toDay) }
      const age = (day: string): number => today - dayOf(Date.parse(day))
      ages.counted.push(...(await reports.byDay({ of: 'key', ...options })).map(({ day }) => age(day)).toReversed())
      const stored = await reports.storageByDay({ of: 'bucket', ...options })
      ages.stored.push(...stored.map(({ day }) => age(day)).toReversed())
    }
    return ages
  }
  const all = [0, 1, 398, 399, 400, 401, 2000]
  assert.deepEqual(await agesOf(ids[3]!), { counted: all, stored: all })
  const job = usageRetentionJob({ metadata, clock: { now: () => nowMs }, atOnce: 10 })
  let pieces = 1
  while ((await job.work(signal)) === 'busy') pieces++
  assert.equal(pieces, 9)
  for (const id of ids) assert.deepEqual(await agesOf(id), { counted: all.slice(0, 4), stored: all.slice(0, 4) })
  const objects = metadata.records.scan(Buffer.of(keyspace.objectsOfDay), Buffer.of(keyspace.objectsOfDay + 1), {
    limit: 1000,
  })
  assert.deepEqual(
    objects.map(([key]) => dayIn(key)).toSorted((a, b) => a - b),
    [399, 398, 1, 0].flatMap((age) => ids.map(() => today - age)),
  )
  const before = metadata.records
  assert.equal(await job.work(signal), 'idle')
  assert.equal(metadata.records, before)
  nowMs += 86_400_000
  while ((await job.work(signal)) === 'busy');
  for (const id of ids) assert.deepEqual(await agesOf(id), { counted: all.slice(0, 3), stored: all.slice(0, 3) })
})
