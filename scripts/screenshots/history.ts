/** A month of use for the pictures: requests and bytes of each day as the server itself counts them, in its records, while it is stopped. */
import { join } from 'node:path'
import { openSqliteStore } from '../../src/metadata/sqlite.ts'
import { keyspace } from '../../src/metadata/keyspace.ts'
import { dayOf } from '../../src/metering/day.ts'
import { dayKey, recordsOf } from '../../src/metering/keys.ts'
import { encodeStorage } from '../../src/metering/storage-of-day.ts'
import { UsageRecorder } from '../../src/metering/usage-recorder.ts'
import type { Served } from '../../src/http/message.ts'
import { noUsage } from '../../src/objects/usage.ts'

export interface BucketOfHistory {
  readonly id: string
  readonly name: string
  readonly region: string
  readonly accountId: string
  /** Of today; each day before had a little less. */
  readonly objects: number
  readonly bytes: number
  readonly busiest: readonly string[]
}

const days = 30
const dayMs = 86_400_000

/** The same picture every time: no chance in it. */
const wave = (day: number, phase: number): number => 1 + 0.35 * Math.sin(day * 0.9 + phase) + 0.15 * Math.sin(day * 2.3)

export async function writeHistory(
  dataFolder: string,
  accessKeyId: string,
  buckets: readonly BucketOfHistory[],
): Promise<void> {
  const metadata = await openSqliteStore({
    folder: join(dataFolder, 'records'),
    onFatal(error) {
      throw error
    },
  })
  try {
    const today = dayOf(Date.now())
    for (let back = days; back >= 1; back--) {
      const nowMs = (today - back) * dayMs + dayMs / 2
      const recorder = new UsageRecorder({ metadata, clock: { now: () => nowMs } })
      for (const [index, bucket] of buckets.entries())
        if (bucket.busiest.length > 0) countDay(recorder, accessKeyId, bucket, back, index)
      await recorder.stop()
      await storeDay(metadata, today - back, back, buckets)
    }
  } finally {
    await metadata.close()
  }
}

function countDay(
  recorder: UsageRecorder,
  accessKeyId: string,
  bucket: BucketOfHistory,
  back: number,
  index: number,
): void {
  const day = days - back
  const { accountId } = bucket
  const s3: Served = { front: 's3', operation: 'PutObject', bucket, accountId, accessKeyId }
  const record = (served: Served, bytesIn: number, bytesOut: number): void =>
    recorder.record({ request: { served, remoteAddress: '192.0.2.17' }, status: 200, bytesIn, bytesOut })
  const uploads = Math.round((4 + day / 4) * wave(day, index))
  for (let one = 0; one < uploads; one++) record(s3, 48_000_000, 0)
  const plays = Math.round((30 + 3 * day) * wave(day, index + 2))
  for (let one = 0; one < plays; one++) {
    const key = bucket.busiest[Math.floor(Math.sqrt(one * 7919) % bucket.busiest.length)]
    record({ front: 'delivery', operation: 'Deliver', bucket, key }, 0, 36_000_000)
  }
}

async function storeDay(
  metadata: Awaited<ReturnType<typeof openSqliteStore>>,
  day: number,
  back: number,
  buckets: readonly BucketOfHistory[],
): Promise<void> {
  const share = 1 - back / (days * 1.6)
  const then = (of: readonly BucketOfHistory[]): Uint8Array =>
    encodeStorage({
      ...noUsage,
      objects: Math.round(of.reduce((sum, { objects }) => sum + objects, 0) * share),
      bytes: Math.round(of.reduce((sum, { bytes }) => sum + bytes, 0) * share),
      atMs: (day + 1) * dayMs,
    })
  const rows: (readonly [Buffer, Uint8Array])[] = buckets.map((bucket) => [
    dayKey(recordsOf(keyspace.storageOfDay, 'bucket', bucket.id), day),
    then([bucket]),
  ])
  const [first] = buckets
  if (first !== undefined) {
    rows.push([dayKey(recordsOf(keyspace.storageOfDay, 'account', first.accountId), day), then(buckets)])
  }
  await metadata.transact({ exclusive: rows.map(([key]) => key) }, (transaction) => {
    for (const [key, value] of rows) transaction.set(key, value)
  })
}
