/** A bucket with lifecycle rules over stores in memory, for tests of the job: at noon, and with the job worked off on demand. */
import assert from 'node:assert/strict'
import { keyspace } from '../metadata/keyspace.ts'
import type { Bucket } from '../objects/bucket.ts'
import { decodeVersion, type Version } from '../objects/head.ts'
import { versionsOf } from '../objects/keys.ts'
import { setReindex } from '../objects/lifecycle/queue.ts'
import type { LifecycleRule } from '../objects/lifecycle/rule.ts'
import { checkLedger } from '../objects/ledger.ts'
import type { PutOptions } from '../objects/objects.ts'
import { makeBed, makeBucket, put, type Bed, type BedOptions } from '../objects/test-bed.ts'
import { lifecycleJob } from './lifecycle.ts'

export const dayMs = 86_400_000
const noon = Date.UTC(2026, 10, 20, 12)
/** So many days after the day of the beginning began. */
export const midnight = (days: number): number => Date.UTC(2026, 10, 20 + days)

export async function setUp(options: BedOptions & { readonly versioning?: Bucket['versioning'] } = {}) {
  const bed = makeBed(options)
  bed.clock.ms = noon
  const made = await makeBucket(bed)
  const bucket = await bed.buckets.update(made, (current) => ({
    ...current,
    versioning: options.versioning,
    objectLock: options.versioning && {},
  }))
  const job = lifecycleJob(bed)

  /** Until there is nothing more to do at this time; each piece takes a millisecond. */
  async function work(): Promise<void> {
    for (;;) {
      bed.clock.ms++
      const busy = (await job.work(new AbortController().signal)) === 'busy'
      if (!busy && (await looks(bed, bed.clock.ms)) === 0) return
    }
  }

  return {
    ...bed,
    bed,
    bucket,
    /** One piece. */
    once: () => job.work(new AbortController().signal),
    work,
    workAt(ms: number): Promise<void> {
      bed.clock.ms = ms
      return work()
    },
    put: (key: string, text = 'text', more: Partial<PutOptions> = {}) => put(bed, bucket, key, text, more),
    rules: (...rules: readonly Partial<LifecycleRule>[]) => setRules(bed, bucket, rules),
    /** Newest first: `o` an object, `m` a delete marker. */
    async left(key: string): Promise<string> {
      return (await versionsIn(bed, bucket, key)).map((version) => (version.deleteMarker === true ? 'm' : 'o')).join('')
    },
    async assertLedger() {
      assert.deepEqual((await checkLedger(bed.metadata, bed.blobs, [])).faults, [])
    },
  }
}

/** As PutBucketLifecycleConfiguration does. */
export const setRules = (bed: Bed, bucket: Bucket, rules: readonly Partial<LifecycleRule>[]) =>
  bed.buckets.update(
    bucket,
    (current) => ({
      ...current,
      lifecycle: {
        rules: rules.map((rule, index) => ({ id: `rule-${index}`, enabled: true, form: 'And', ...rule })),
      },
    }),
    setReindex,
  )

/** How many are due before `ms`. */
export async function looks({ metadata }: Bed, ms: number): Promise<number> {
  const start = Buffer.from([keyspace.lifecycleDue])
  const end = Buffer.alloc(9)
  end[0] = keyspace.lifecycleDue
  end.writeBigUInt64BE(BigInt(ms), 1)
  return (await metadata.read((snapshot) => snapshot.scan(start, end, { limit: 10_000 }))).length
}

/** Newest first. */
export async function versionsIn({ metadata, heads }: Bed, bucket: Bucket, key: string): Promise<readonly Version[]> {
  const head = await heads.find(bucket, key)
  const { start, end } = versionsOf(bucket.id, key)
  const entries = await metadata.read((snapshot) => snapshot.scan(start, end, { limit: 10_000 }))
  return [...(head === undefined ? [] : [head]), ...entries.map(([, value]) => decodeVersion(value))]
}
