import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Bucket } from '../objects/bucket.ts'
import { keyOfUpload, uploadsUnder } from '../objects/keys.ts'
import { bodyOf, type Bed } from '../objects/test-bed.ts'
import { dayMs, looks, midnight, setUp, versionsIn } from './lifecycle.fixture.ts'
import { versionsAtOnce } from './lifecycle.ts'

describe('expiration', () => {
  test('an object without versions is deleted when it is due, and not before', async () => {
    const { rules, put, workAt, left, assertLedger } = await setUp()
    await rules({ prefix: 'a/', expirationDays: 1 })
    await put('a/k')
    await put('b/k')
    await workAt(midnight(2) - 10)
    assert.equal(await left('a/k'), 'o')
    await workAt(midnight(2) + 1)
    assert.deepEqual([await left('a/k'), await left('b/k')], ['', 'o'])
    await assertLedger()
  })

  test('an object with versions is hidden by a delete marker, and stays as a noncurrent version', async () => {
    const { rules, put, workAt, left, assertLedger } = await setUp({ versioning: 'Enabled' })
    await rules({ expirationDays: 1 })
    await put('k')
    await put('k')
    await workAt(midnight(2) + 1)
    assert.equal(await left('k'), 'moo')
    await workAt(midnight(30))
    assert.equal(await left('k'), 'moo')
    await assertLedger()
  })

  test('where versioning is suspended the null version gives way to a null delete marker', async () => {
    const { bed, bucket, buckets, rules, put, workAt, left, assertLedger } = await setUp({ versioning: 'Enabled' })
    await put('k')
    await buckets.update(bucket, (current) => ({ ...current, versioning: 'Suspended' }))
    await put('k')
    await rules({ expirationDays: 1 })
    await workAt(midnight(2) + 1)
    assert.equal(await left('k'), 'mo')
    assert.equal((await versionsIn(bed, bucket, 'k'))[0]!.isNull, true)
    await assertLedger()
  })

  test('an object that is put again lives from then', async () => {
    const { clock, rules, put, workAt, left } = await setUp()
    await rules({ expirationDays: 2 })
    await put('k')
    clock.ms = midnight(2)
    await put('k')
    await workAt(midnight(3) + 1)
    assert.equal(await left('k'), 'o')
    await workAt(midnight(4) + 1)
    assert.equal(await left('k'), '')
  })

  test('tags given later count, and tags taken away do too', async () => {
    const { bucket, objects, rules, put, workAt, left } = await setUp()
    await rules({ tags: { a: '1' }, expirationDays: 1 })
    await put('tagged')
    await put('untagged', 'text', { tags: { a: '1' } })
    await objects.amend(bucket, 'tagged', undefined, (head) => ({ ...head, tags: { a: '1' } }))
    await objects.amend(bucket, 'untagged', undefined, (head) => ({ ...head, tags: {} }))
    await workAt(midnight(2) + 1)
    assert.deepEqual([await left('tagged'), await left('untagged')], ['', 'o'])
  })

  test('a version that becomes current again by the removal of a newer one expires', async () => {
    const { bucket, clock, objects, rules, put, workAt, left } = await setUp({ versioning: 'Enabled' })
    await rules({ expirationDays: 3 })
    await put('k')
    const newer = await put('k')
    await workAt(midnight(4) - 10)
    await objects.remove(bucket, 'k', newer.versionId!)
    assert.equal(await left('k'), 'o')
    await workAt(midnight(4) + 1)
    assert.equal(await left('k'), 'mo')
    assert.equal(clock.ms < midnight(5), true)
  })

  test('an object that is written under a date that is past stays until midnight', async () => {
    const { rules, put, workAt, left } = await setUp()
    await rules({ expirationMs: midnight(-100) })
    await put('k')
    await workAt(midnight(1) - 10)
    assert.equal(await left('k'), 'o')
    await workAt(midnight(1) + 1)
    assert.equal(await left('k'), '')
  })
})

describe('noncurrent versions', () => {
  test('each goes so many days after its successor came; the current one stays', async () => {
    const { rules, put, clock, workAt, left, assertLedger } = await setUp({ versioning: 'Enabled' })
    await rules({ noncurrentDays: 1 })
    await put('k')
    clock.ms += 10 * dayMs
    await put('k')
    clock.ms += dayMs
    await put('k')
    await workAt(midnight(12) - 10)
    assert.equal(await left('k'), 'ooo')
    await workAt(midnight(12) + 1)
    assert.equal(await left('k'), 'oo')
    await workAt(midnight(13) + 1)
    assert.equal(await left('k'), 'o')
    await workAt(midnight(100))
    assert.equal(await left('k'), 'o')
    await assertLedger()
  })

  test('so many newer ones stay, whatever their age; one that comes makes the oldest go', async () => {
    const { rules, put, workAt, left } = await setUp({ versioning: 'Enabled' })
    await rules({ noncurrentDays: 1, newerNoncurrentVersions: 2 })
    for (let count = 0; count < 5; count++) await put('k')
    await workAt(midnight(2) + 1)
    assert.equal(await left('k'), 'ooo')
    await workAt(midnight(50))
    assert.equal(await left('k'), 'ooo')
    await put('k')
    await workAt(midnight(51) + 1)
    assert.equal(await left('k'), 'ooo')
  })

  test('more of them than fit into one transaction all go', async () => {
    const { rules, put, workAt, left, assertLedger } = await setUp({ versioning: 'Enabled' })
    const count = 2 * versionsAtOnce + 50
    for (let each = 0; each < count; each++) await put('k')
    await rules({ noncurrentDays: 1, newerNoncurrentVersions: versionsAtOnce + 3 })
    await workAt(midnight(2) + 1)
    assert.equal(await left('k'), 'o'.repeat(1 + versionsAtOnce + 3))
    await rules({ noncurrentDays: 1 })
    await workAt(midnight(2) + 1000)
    assert.equal(await left('k'), 'o')
    await assertLedger()
  })

  test('a delete marker goes when the last version beneath it has gone', async () => {
    const { bucket, objects, rules, put, workAt, left, assertLedger } = await setUp({ versioning: 'Enabled' })
    await rules({ noncurrentDays: 1, expiredObjectDeleteMarker: true })
    await put('k')
    await objects.delete(bucket, 'k')
    await objects.delete(bucket, 'never')
    await workAt(midnight(2) - 10)
    assert.deepEqual([await left('k'), await left('never')], ['mo', ''])
    await workAt(midnight(2) + 1)
    assert.equal(await left('k'), '')
    await assertLedger()
  })

  test('a delete marker that a client leaves alone goes at midnight; one that it does not, stays', async () => {
    const { bucket, objects, rules, put, workAt, left } = await setUp({ versioning: 'Enabled' })
    await rules({ expiredObjectDeleteMarker: true })
    const first = await put('alone')
    await put('k')
    for (const key of ['alone', 'k']) await objects.delete(bucket, key)
    await workAt(midnight(3))
    assert.deepEqual([await left('alone'), await left('k')], ['mo', 'mo'])
    await objects.remove(bucket, 'alone', first.versionId!)
    await workAt(midnight(4) + 1)
    assert.deepEqual([await left('alone'), await left('k')], ['', 'mo'])
  })

  test('under an expiration in days, a delete marker that is alone has to be that old', async () => {
    const { bucket, objects, rules, put, workAt, left } = await setUp({ versioning: 'Enabled' })
    await rules({ noncurrentDays: 1, expirationDays: 5 })
    await put('k')
    await objects.delete(bucket, 'k')
    await workAt(midnight(2) + 1)
    assert.equal(await left('k'), 'm')
    await workAt(midnight(6) - 10)
    assert.equal(await left('k'), 'm')
    await workAt(midnight(6) + 1)
    assert.equal(await left('k'), '')
  })

  test('delete markers that are noncurrent go too', async () => {
    const { bucket, objects, rules, put, workAt, left } = await setUp({ versioning: 'Enabled' })
    await rules({ noncurrentDays: 1 })
    await put('k')
    await objects.delete(bucket, 'k')
    await objects.delete(bucket, 'k')
    await put('k')
    assert.equal(await left('k'), 'ommo')
    await workAt(midnight(2) + 1)
    assert.equal(await left('k'), 'o')
  })
})

describe('locks', () => {
  test('a version that is retained stays until its retention ends', async () => {
    const { rules, put, workAt, left } = await setUp({ versioning: 'Enabled' })
    await rules({ noncurrentDays: 1 })
    for (const mode of ['GOVERNANCE', 'COMPLIANCE'] as const)
      await put(mode, 'text', { retention: { mode, untilMs: midnight(9) + 500 } })
    for (const mode of ['GOVERNANCE', 'COMPLIANCE']) await put(mode)
    await workAt(midnight(9) + 490)
    assert.deepEqual([await left('GOVERNANCE'), await left('COMPLIANCE')], ['oo', 'oo'])
    await workAt(midnight(9) + 501)
    assert.deepEqual([await left('GOVERNANCE'), await left('COMPLIANCE')], ['o', 'o'])
  })

  test('a version under a legal hold stays; once released it goes', async () => {
    const { bed, bucket, objects, rules, put, workAt, left } = await setUp({ versioning: 'Enabled' })
    await rules({ noncurrentDays: 1 })
    const held = await put('k', 'text', { legalHold: true })
    await put('k')
    await workAt(midnight(2) + 1)
    await workAt(midnight(40))
    assert.equal(await left('k'), 'oo')
    assert.equal(await looks(bed, bed.clock.ms + dayMs + 1), 1)
    await objects.amend(bucket, 'k', held.versionId, (head) => ({ ...head, legalHold: false }))
    await workAt(midnight(41) + 1)
    assert.equal(await left('k'), 'o')
  })

  test('a current version that is locked is hidden, not removed', async () => {
    const { rules, put, workAt, left } = await setUp({ versioning: 'Enabled' })
    await rules({ expirationDays: 1, noncurrentDays: 1 })
    await put('k', 'text', { legalHold: true })
    await workAt(midnight(2) + 1)
    await workAt(midnight(30))
    assert.equal(await left('k'), 'mo')
  })

  test('what is locked does not keep its neighbours', async () => {
    const { rules, put, workAt, left } = await setUp({ versioning: 'Enabled' })
    await rules({ noncurrentDays: 1 })
    await put('k')
    await put('k', 'text', { legalHold: true })
    await put('k')
    await put('k')
    await workAt(midnight(2) + 1)
    assert.equal(await left('k'), 'oo')
  })
})

describe('uploads', () => {
  const uploadsOf = async ({ metadata }: Bed, bucket: Bucket): Promise<readonly string[]> => {
    const { start, end } = uploadsUnder(bucket.id, '')
    const entries = await metadata.read((snapshot) => snapshot.scan(start, end, { limit: 100 }))
    return entries.map(([record]) => keyOfUpload(record).key)
  }

  test('those that are due are aborted with their parts, begun before the rules or after', async () => {
    const { bed, bucket, uploads, rules, workAt, assertLedger } = await setUp()
    const begin = async (key: string): Promise<void> => {
      const upload = await uploads.create(bucket, { key, accountId: bucket.accountId, system: {}, metadata: {} })
      await uploads.putPart(bucket, upload, 1, bodyOf('a part that has a file of its own'), { sizeMax: 1000 })
    }
    await begin('a/before')
    await begin('b/before')
    await rules({ prefix: 'a/', abortUploadsAfterDays: 2 })
    await begin('a/after')
    await workAt(midnight(3) - 10)
    assert.deepEqual(await uploadsOf(bed, bucket), ['a/after', 'a/before', 'b/before'])
    await workAt(midnight(3) + 1)
    assert.deepEqual(await uploadsOf(bed, bucket), ['b/before'])
    await assertLedger()
  })
})
