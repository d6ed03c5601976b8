import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bucket } from './bucket.ts'
import { shownVersionId } from './head.ts'
import { makeBed, makeBucket, put, type Bed } from './test-bed.ts'
import { listVersions, type Marker, type VersionPage } from './version-listing.ts'

async function makeVersioned(): Promise<{ bed: Bed; bucket: Bucket }> {
  const bed = makeBed()
  const bucket = await bed.buckets.update(await makeBucket(bed), (current) => ({ ...current, versioning: 'Enabled' }))
  return { bed, bucket }
}

const page = ({ metadata }: Bed, bucket: Bucket, limit: number, after?: Marker): Promise<VersionPage> =>
  listVersions(metadata, bucket, { prefix: '', delimiter: '', limit, after })

test('a bucket is emptied page by page, though what was listed last is always gone when the next page is asked for', async () => {
  const { bed, bucket } = await makeVersioned()
  const before = await bed.buckets.update(bucket, ({ versioning: _, ...current }) => current)
  for (const key of ['a', 'b']) await put(bed, before, key, 'null')
  await bed.buckets.update(bucket, (current) => ({ ...current, versioning: 'Enabled' }))
  for (const key of ['a', 'b', 'c']) {
    await put(bed, bucket, key, 'x')
    await bed.objects.delete(bucket, key)
    await put(bed, bucket, key, 'y')
  }
  let [after, count]: [Marker | undefined, number] = [undefined, 0]
  do {
    const { versions, next }: VersionPage = await page(bed, bucket, 2, after)
    for (const { key, versionId } of versions) await bed.objects.remove(bucket, key, versionId)
    count += versions.length
    after = next
  } while (after !== undefined)
  assert.equal(count, 11)
  assert.deepEqual((await page(bed, bucket, 10)).versions, [])
})

test('the newest that is left is the latest, also where a page begins with it', async () => {
  const { bed, bucket } = await makeVersioned()
  const ids: string[] = []
  for (const text of ['1', '2', '3']) ids.push(shownVersionId(await put(bed, bucket, 'k', text)))
  const { next } = await page(bed, bucket, 1)
  assert.equal(next?.versionId, ids[2])
  assert.deepEqual(
    (await page(bed, bucket, 1, next)).versions.map(({ isLatest }) => isLatest),
    [false],
  )
  await bed.objects.remove(bucket, 'k', ids[2]!)
  assert.deepEqual(
    (await page(bed, bucket, 1, next)).versions.map(({ isLatest }) => isLatest),
    [true],
  )
  bed.clock.ms++
  const { versionId } = await bed.objects.delete(bucket, 'k')
  assert.deepEqual(
    (await page(bed, bucket, 1, next)).versions.map(({ isLatest }) => isLatest),
    [false],
  )
  await bed.objects.remove(bucket, 'k', ids[1]!)
  const last = await page(bed, bucket, 1, { key: 'k', versionId: versionId as never })
  assert.deepEqual(
    last.versions.map((version) => [version.versionId, version.isLatest]),
    [[ids[0], false]],
  )
})

test('a bucket that never had versions lists its objects as their null versions', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  for (const key of ['a', 'b/c']) await put(bed, bucket, key, 'x')
  const { versions, prefixes, next } = await listVersions(bed.metadata, bucket, {
    prefix: '',
    delimiter: '/',
    limit: 10,
  })
  assert.deepEqual(
    versions.map(({ key, versionId, isLatest, deleteMarker }) => [key, versionId, isLatest, deleteMarker]),
    [['a', 'null', true, false]],
  )
  assert.deepEqual([prefixes, next], [['b/'], undefined])
})
