import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import type { Bucket } from './bucket.ts'
import { shownVersionId } from './head.ts'
import { makeBed, makeBucket, put, type Bed } from './test-bed.ts'

async function makeVersions(): Promise<{ bed: Bed; bucket: Bucket; ids: readonly string[] }> {
  const bed = makeBed()
  const bucket = await bed.buckets.update(await makeBucket(bed), (current) => ({ ...current, versioning: 'Enabled' }))
  const ids: string[] = []
  for (const text of ['one', 'two', 'three']) ids.push(shownVersionId(await put(bed, bucket, 'k', text)))
  return { bed, bucket, ids }
}

const refusalOf = async (finding: Promise<unknown>): Promise<ApiError> => {
  const error = await finding.then(
    () => assert.fail('It was found'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ApiError)
  return error
}

test('a version is found by its id, the current one also without', async () => {
  const { bed, bucket, ids } = await makeVersions()
  const found = await Promise.all(ids.map((id) => bed.heads.get(bucket, 'k', id)))
  assert.deepEqual(
    found.map(({ size, noncurrentMs }) => [size, noncurrentMs !== undefined]),
    [
      [3, true],
      [3, true],
      [5, false],
    ],
  )
  assert.equal(shownVersionId(await bed.heads.get(bucket, 'k')), ids[2])
})

test('a version from before versioning is known as null, and by no other id', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  await put(bed, bucket, 'k', 'first')
  const versioned = await bed.buckets.update(bucket, (current) => ({ ...current, versioning: 'Enabled' }))
  assert.equal((await bed.heads.get(versioned, 'k', 'null')).size, 5)
  await put(bed, versioned, 'k', 'second')
  const { versionId, size } = await bed.heads.get(versioned, 'k', 'null')
  assert.equal(size, 5)
  assert.equal((await refusalOf(bed.heads.get(versioned, 'k', versionId))).code, 'NoSuchVersion')
})

test('what is no id is InvalidArgument, and an id that is not there NoSuchVersion', async () => {
  const { bed, bucket } = await makeVersions()
  const codes: string[] = []
  for (const id of ['', 'x', '0'.repeat(32), 'null']) codes.push((await refusalOf(bed.heads.get(bucket, 'k', id))).code)
  assert.deepEqual(codes, ['InvalidArgument', 'InvalidArgument', 'NoSuchVersion', 'NoSuchVersion'])
})

test('a key that a delete marker hides is not there, and its marker is told; by its id the marker is MethodNotAllowed', async () => {
  const { bed, bucket } = await makeVersions()
  const { versionId } = await bed.objects.delete(bucket, 'k')
  const told = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId }
  const hidden = await refusalOf(bed.heads.get(bucket, 'k'))
  assert.deepEqual([hidden.code, hidden.headers], ['NoSuchKey', told])
  const marker = await refusalOf(bed.heads.get(bucket, 'k', versionId))
  assert.equal(marker.code, 'MethodNotAllowed')
  assert.deepEqual(
    [marker.headers['x-amz-delete-marker'], marker.headers['x-amz-version-id'], marker.headers['allow']],
    ['true', versionId, 'DELETE'],
  )
  const never = await refusalOf(bed.heads.get(bucket, 'never'))
  assert.deepEqual([never.code, never.headers], ['NoSuchKey', {}])
})

test('versions of one key are not those of another that begins with it', async () => {
  const { bed, bucket, ids } = await makeVersions()
  await put(bed, bucket, 'k2', 'x')
  await bed.objects.delete(bucket, 'k')
  assert.equal((await refusalOf(bed.heads.get(bucket, 'k2', ids[0]))).code, 'NoSuchVersion')
  await bed.objects.delete(bucket, 'k2')
  assert.notEqual((await refusalOf(bed.heads.get(bucket, 'k2'))).headers['x-amz-version-id'], ids[2])
})
