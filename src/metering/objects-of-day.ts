/** Which objects of a bucket were asked for most in a day, as records keep it: one record a bucket and day, of a bounded number of objects. */
import { keyspace } from '../metadata/keyspace.ts'
import type { Key, MetadataStore, Value } from '../metadata/metadata-store.ts'
import { merge, reduce, type Frequent } from './frequent-objects.ts'
import { dayKey, recordsOf } from './keys.ts'
import type { ObjectsOfBucket } from './object-counts.ts'

/** Objects kept of a bucket and day. */
const objectsKeptMax = 100

const version = 1

type Row = readonly [key: string, weight: number, requests: number, bytesOut: number]

export const objectsKey = (bucketId: string, day: number): Key =>
  dayKey(recordsOf(keyspace.objectsOfDay, 'bucket', bucketId), day)

export function decodeObjects(value: Value | undefined): Map<string, Frequent> {
  if (value === undefined) return new Map()
  const kept = JSON.parse(Buffer.from(value).toString()) as {
    readonly version: number
    readonly objects: readonly Row[]
  }
  if (kept.version !== version)
    throw new Error(`Objects of a day of version ${kept.version} cannot be read by this version`)
  return new Map(kept.objects.map(([key, weight, requests, bytesOut]) => [key, { weight, requests, bytesOut }]))
}

function encodeObjects(counters: ReadonlyMap<string, Frequent>): Value {
  const objects = [...counters].map(([key, { weight, requests, bytesOut }]): Row => [key, weight, requests, bytesOut])
  return Buffer.from(JSON.stringify({ version, objects }))
}

/** Adds what was counted of a few buckets, in one transaction. */
export function addObjects(metadata: MetadataStore, counted: readonly ObjectsOfBucket[]): Promise<void> {
  const exclusive = counted.map(({ bucketId, day }) => objectsKey(bucketId, day))
  return metadata.transact({ exclusive }, async (transaction) => {
    for (const [index, { counters }] of counted.entries()) {
      const key = exclusive[index]!
      const kept = decodeObjects(await transaction.get(key))
      merge(kept, counters)
      reduce(kept, objectsKeptMax)
      transaction.set(key, encodeObjects(kept))
    }
  })
}
