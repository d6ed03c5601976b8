import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Bucket } from './bucket.ts'
import { bodyOf, makeBed, makeBucket, put, putOptions, type Bed } from './test-bed.ts'
import { bytesIn, noUsage, objectsIn } from './usage.ts'

let bed: Bed
beforeEach(() => {
  bed = makeBed()
})

const accountId = 'a'.repeat(64)
const names = async (options: { after?: string; limit: number; prefix?: string }): Promise<string[]> =>
  (await bed.buckets.listWithUsage(accountId, options)).map(({ bucket }) => bucket.name)

test('usage tells what is current, noncurrent, deleted and unfinished, of each bucket and of the account', async () => {
  const configure = (current: Bucket): Bucket => ({ ...current, versioning: 'Enabled', softDeleteDays: 1 })
  const bucket = await bed.buckets.update(await makeBucket(bed), configure)
  const first = await put(bed, bucket, 'a', '1')
  await put(bed, bucket, 'a', '22')
  await put(bed, bucket, 'a', '4444')
  await bed.objects.remove(bucket, 'a', first.versionId!)
  await put(bed, bucket, 'b', '88888888')
  await bed.objects.delete(bucket, 'b')
  const upload = await bed.uploads.create(bucket, { system: {}, metadata: {}, key: 'u', accountId })
  for (const size of [99, 16]) await bed.uploads.putPart(bucket, upload, 1, bodyOf('x'.repeat(size)), putOptions)
  const usage = {
    ...{ objects: 1, bytes: 4, versions: 3, versionBytes: 10, deleted: 1, deletedBytes: 1, unfinishedBytes: 16 },
  }
  assert.deepEqual(await bed.buckets.usage(bucket), usage)
  assert.deepEqual([bytesIn(usage), objectsIn(usage)], [31, 5])
  const other = await makeBucket(bed, 'other')
  await put(bed, other, 'c', '333')
  assert.deepEqual(await bed.buckets.usage(other), { ...noUsage, objects: 1, bytes: 3 })
  assert.deepEqual(await bed.buckets.usageOfAccount(accountId), { ...usage, objects: 2, bytes: 7 })
  assert.deepEqual(await bed.buckets.listWithUsage(accountId, { limit: 10 }), [
    { bucket: other, usage: { ...noUsage, objects: 1, bytes: 3 } },
    { bucket, usage },
  ])
})

test('a list with usage is in pages, by prefix, of one account, and as the buckets are configured', async () => {
  for (const name of ['b-1', 'b-2', 'a-1', 'b-3', 'c-1']) await makeBucket(bed, name)
  await bed.buckets.create({ name: 'b-theirs', accountId: 'b'.repeat(64), region: 'us-east-1' })
  assert.deepEqual(await names({ limit: 10 }), ['a-1', 'b-1', 'b-2', 'b-3', 'c-1'])
  assert.deepEqual(await names({ limit: 2 }), ['a-1', 'b-1'])
  assert.deepEqual(await names({ limit: 2, after: 'b-1' }), ['b-2', 'b-3'])
  assert.deepEqual(await names({ limit: 2, prefix: 'b-', after: 'b-1' }), ['b-2', 'b-3'])
  assert.deepEqual(await names({ limit: 2, prefix: 'b-', after: 'b-3' }), [])
  const bucket = await bed.buckets.get('b-2')
  const configured = await bed.buckets.update(bucket, (current) => ({ ...current, quota: { bytesMax: 5 } }))
  const [listed] = await bed.buckets.listWithUsage(accountId, { limit: 1, after: 'b-1' })
  assert.deepEqual(listed, { bucket: configured, usage: noUsage })
})

test('a bucket that is being emptied is in no list', async () => {
  const bucket = await makeBucket(bed)
  await put(bed, bucket, 'a', '1')
  await bed.extensions.emptier.empty(bucket, 0)
  assert.deepEqual(await names({ limit: 10 }), [])
})
