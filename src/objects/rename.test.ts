import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { Bucket } from './bucket.ts'
import { etagOf, shownVersionId } from './head.ts'
import { under, versionsOf } from './keys.ts'
import { decodeVersion } from './head.ts'
import { checkLedger } from './ledger.ts'
import { collect, makeBed, makeBucket, put, read, type Bed } from './test-bed.ts'

const large = (text: string): string => text.repeat(30)
const code = (expected: string) => (error: unknown) => error instanceof ApiError && error.code === expected

const assertLedger = async ({ metadata, blobs }: Bed): Promise<void> =>
  assert.deepEqual((await checkLedger(metadata, blobs, [1])).faults, [])

const withVersions = (bed: Bed, bucket: Bucket, versioning: 'Enabled' | 'Suspended' = 'Enabled'): Promise<Bucket> =>
  bed.buckets.update(bucket, (current) => ({ ...current, versioning }))

/** What all versions of a key say, newest first; `-` for a delete marker, a star on the null version. */
async function texts({ heads, objects, metadata }: Bed, bucket: Bucket, key: string): Promise<string[]> {
  const { start, end } = versionsOf(bucket.id, key)
  const entries = await metadata.read((snapshot) => snapshot.scan(start, end, { limit: 100 }))
  const current = await heads.find(bucket, key)
  const versions = [...(current === undefined ? [] : [current]), ...entries.map(([, value]) => decodeVersion(value))]
  return Promise.all(
    versions.map(async (version) => {
      const star = shownVersionId(version) === 'null' ? '*' : ''
      if (version.deleteMarker === true) return `-${star}`
      // Each is found by its id too.
      const head = await heads.get(bucket, key, shownVersionId(version))
      return (await collect((await objects.read({ bucket, key, head }, { start: 0, end: head.size }))!)) + star
    }),
  )
}

describe('move', () => {
  test('gives an object another key, and moves no byte', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    const head = await put(bed, bucket, 'a', large('a'), { metadata: { colour: 'red' } })
    await bed.extensions.renamer.move(bucket, 'a', 'b', false)
    assert.equal(await read(bed, bucket, 'a'), undefined)
    assert.equal(await read(bed, bucket, 'b'), large('a'))
    const moved = await bed.heads.get(bucket, 'b')
    assert.deepEqual([moved.modifiedMs, etagOf(moved), moved.metadata], [head.modifiedMs, etagOf(head), head.metadata])
    await assertLedger(bed)
  })

  test('of what is not there, or to the same name, is refused', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'a', 'x')
    await assert.rejects(bed.extensions.renamer.move(bucket, 'none', 'b', true), code('NoSuchKey'))
    await assert.rejects(bed.extensions.renamer.move(bucket, 'a', 'a', true), code('InvalidRequest'))
    assert.equal(await read(bed, bucket, 'a'), 'x')
  })

  test('replaces what is there only where that is asked for; then it can be had back', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    const bucket = await bed.buckets.update(made, (current) => ({ ...current, softDeleteDays: 1 }))
    await put(bed, bucket, 'a', 'a')
    await put(bed, bucket, 'b', 'b')
    await assert.rejects(bed.extensions.renamer.move(bucket, 'a', 'b', false), code('PreconditionFailed'))
    assert.deepEqual([await read(bed, bucket, 'a'), await read(bed, bucket, 'b')], ['a', 'b'])
    await bed.extensions.renamer.move(bucket, 'a', 'b', true)
    assert.deepEqual([await read(bed, bucket, 'a'), await read(bed, bucket, 'b')], [undefined, 'a'])
    await assertLedger(bed)
    await bed.extensions.softDeleted.undelete(bucket, 'b')
    assert.equal(await read(bed, bucket, 'b'), 'b')
    await assertLedger(bed)
  })

  test('takes all versions with it, delete markers and the null version too', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    await put(bed, made, 'a', 'null')
    const bucket = await withVersions(bed, made)
    await put(bed, bucket, 'a', 'one')
    await bed.objects.delete(bucket, 'a')
    await put(bed, bucket, 'a', 'two')
    await bed.extensions.renamer.move(bucket, 'a', 'b', false)
    assert.deepEqual(await texts(bed, bucket, 'a'), [])
    assert.deepEqual(await texts(bed, bucket, 'b'), ['two', '-', 'one', 'null*'])
    await assertLedger(bed)
    await bed.objects.delete(bucket, 'b')
    await bed.extensions.renamer.move(bucket, 'b', 'c', false)
    assert.deepEqual(await texts(bed, bucket, 'c'), ['-', 'two', '-', 'one', 'null*'])
    await assertLedger(bed)
  })

  test('puts the versions before those that are there, of which none is lost', async () => {
    for (const state of ['Enabled', 'Suspended'] as const) {
      const bed = makeBed()
      const made = await makeBucket(bed)
      await put(bed, made, 'a', 'a0')
      await put(bed, made, 'b', 'b0')
      const enabled = await withVersions(bed, made)
      await put(bed, enabled, 'a', 'a1')
      await put(bed, enabled, 'a', 'a2')
      // Newer than those of the source.
      bed.clock.ms += 1000
      await put(bed, enabled, 'b', 'b1')
      bed.clock.ms -= 500
      const bucket = await withVersions(bed, enabled, state)
      await bed.extensions.renamer.move(bucket, 'a', 'b', false)
      // A key has one null version: the one that was there stays it.
      assert.deepEqual(await texts(bed, bucket, 'b'), ['a2', 'a1', 'a0', 'b1', 'b0*'])
      await assertLedger(bed)
      await put(bed, bucket, 'b', 'b2')
      const now = state === 'Enabled' ? ['b2', 'a2', 'a1', 'a0', 'b1', 'b0*'] : ['b2*', 'a2', 'a1', 'a0', 'b1']
      assert.deepEqual(await texts(bed, bucket, 'b'), now)
      await assertLedger(bed)
    }
  })

  test('of a deleted object hides what is at the destination', async () => {
    const bed = makeBed()
    const bucket = await withVersions(bed, await makeBucket(bed))
    await put(bed, bucket, 'a', 'a')
    await bed.objects.delete(bucket, 'a')
    await put(bed, bucket, 'b', 'b')
    await bed.extensions.renamer.move(bucket, 'a', 'b', false)
    assert.deepEqual(await texts(bed, bucket, 'b'), ['-', 'a', 'b'])
    assert.equal(await read(bed, bucket, 'b'), undefined)
    await assertLedger(bed)
  })

  test('to where only delete markers are', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    await put(bed, made, 'a', 'a')
    const bucket = await withVersions(bed, made)
    await bed.objects.delete(bucket, 'b')
    await bed.extensions.renamer.move(bucket, 'a', 'b', false)
    assert.deepEqual(await texts(bed, bucket, 'b'), ['a*', '-'])
    await assertLedger(bed)
  })

  test('of a locked version is refused, current or not, and moves none', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    const bucket = await bed.buckets.update(made, (current) => ({ ...current, versioning: 'Enabled', objectLock: {} }))
    await put(bed, bucket, 'a', 'held', { legalHold: true })
    await put(bed, bucket, 'a', 'free')
    await assert.rejects(bed.extensions.renamer.move(bucket, 'a', 'b', true), code('AccessDenied'))
    assert.deepEqual(await texts(bed, bucket, 'a'), ['free', 'held'])
    // At the destination it stays.
    await put(bed, bucket, 'c', 'c')
    await bed.extensions.renamer.move(bucket, 'c', 'a', true)
    assert.deepEqual(await texts(bed, bucket, 'a'), ['c', 'free', 'held'])
    await assertLedger(bed)
  })

  test('two at once to one name, or of one name: one is first', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'a', 'a')
    await put(bed, bucket, 'b', 'b')
    const { renamer } = bed.extensions
    const to = await Promise.allSettled([renamer.move(bucket, 'a', 'c', false), renamer.move(bucket, 'b', 'c', false)])
    assert.deepEqual(to.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    const of = await Promise.allSettled([renamer.move(bucket, 'c', 'd', false), renamer.move(bucket, 'c', 'e', false)])
    assert.deepEqual(of.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    await assertLedger(bed)
  })
})

describe('rename', () => {
  test('gives the current version another key', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    const head = await put(bed, bucket, 'a', large('a'))
    await put(bed, bucket, 'b', 'b')
    await bed.extensions.renamer.rename(bucket, 'a', 'b', {})
    assert.deepEqual([await read(bed, bucket, 'a'), await read(bed, bucket, 'b')], [undefined, large('a')])
    assert.equal((await bed.heads.get(bucket, 'b')).modifiedMs, head.modifiedMs)
    await assertLedger(bed)
  })

  test('where the bucket keeps versions: a new version there, and a delete marker here', async () => {
    const bed = makeBed()
    const bucket = await withVersions(bed, await makeBucket(bed))
    await put(bed, bucket, 'a', 'a0')
    await put(bed, bucket, 'a', large('a'))
    await put(bed, bucket, 'b', 'b')
    await bed.extensions.renamer.rename(bucket, 'a', 'b', {})
    assert.deepEqual(await texts(bed, bucket, 'a'), ['-', large('a'), 'a0'])
    assert.deepEqual(await texts(bed, bucket, 'b'), [large('a'), 'b'])
    await assertLedger(bed)
  })

  test('conditions are those of the source and of the destination', async () => {
    for (const versioning of [undefined, 'Enabled'] as const) {
      const bed = makeBed()
      const made = await makeBucket(bed)
      const bucket = versioning === undefined ? made : await withVersions(bed, made)
      const head = await put(bed, bucket, 'a', 'a')
      const seen: unknown[] = []
      const refuse = () => {
        throw new ApiError('PreconditionFailed')
      }
      const { renamer } = bed.extensions
      await assert.rejects(renamer.rename(bucket, 'a', 'b', { condition: refuse }), code('PreconditionFailed'))
      await assert.rejects(renamer.rename(bucket, 'a', 'b', { sourceCondition: refuse }), code('PreconditionFailed'))
      await renamer.rename(bucket, 'a', 'b', {
        condition: (current) => seen.push(current),
        sourceCondition: (source) => seen.push(source && !source.deleteMarker && etagOf(source)),
      })
      assert.deepEqual(new Set(seen), new Set([etagOf(head), undefined]))
      await assertLedger(bed)
    }
  })

  test('repeated with its token it is done once; with the token another rename is refused; tokens are forgotten', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    const { renamer } = bed.extensions
    await put(bed, bucket, 'a', 'a')
    const token = { token: 'T', request: 'a to b' }
    await renamer.rename(bucket, 'a', 'b', { token })
    await renamer.rename(bucket, 'a', 'b', { token })
    await put(bed, bucket, 'a', 'again')
    await renamer.rename(bucket, 'a', 'b', { token })
    assert.deepEqual([await read(bed, bucket, 'a'), await read(bed, bucket, 'b')], ['again', 'a'])
    await assert.rejects(
      renamer.rename(bucket, 'a', 'c', { token: { token: 'T', request: 'a to c' } }),
      code('IdempotentParameterMismatch'),
    )
    bed.clock.ms += 3_600_001
    await renamer.rename(bucket, 'a', 'b', { token: { token: 'U', request: 'a to b' } })
    assert.equal(await read(bed, bucket, 'b'), 'again')
    const { start, end } = under(Buffer.from([keyspace.renameToken]))
    const left = await bed.metadata.read((snapshot) => snapshot.scan(start, end, { limit: 10 }))
    assert.equal(left.length, 2)
    await assertLedger(bed)
  })

  test('a locked version is not renamed', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    const bucket = await bed.buckets.update(made, (current) => ({ ...current, versioning: 'Enabled', objectLock: {} }))
    await put(bed, bucket, 'a', 'held', { legalHold: true })
    await assert.rejects(bed.extensions.renamer.rename(bucket, 'a', 'b', {}), code('AccessDenied'))
    await assertLedger(bed)
  })
})
