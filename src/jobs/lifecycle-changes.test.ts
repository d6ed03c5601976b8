import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { headKey } from '../objects/keys.ts'
import { setLook } from '../objects/lifecycle/queue.ts'
import { makeBucket, put as putText } from '../objects/test-bed.ts'
import { reindexPageSize } from './lifecycle-reindex.ts'
import { looks, midnight, setRules, setUp, versionsIn } from './lifecycle.fixture.ts'
import { lifecycleJob, retryMs } from './lifecycle.ts'

describe('rules that change', () => {
  test('new rules hold for all that is there, in as many pages as it takes', async () => {
    const { rules, put, workAt, left } = await setUp({ versioning: 'Enabled' })
    const count = reindexPageSize + 20
    for (let each = 0; each < count; each++) await put(`k${each}`)
    for (let each = 0; each < count; each += 3) await put(`k${each}`)
    await workAt(midnight(10))
    await rules({ prefix: 'k1', expirationDays: 3 }, { noncurrentDays: 5 })
    await workAt(midnight(10) + 100)
    for (let each = 0; each < count; each++) {
      const key = `k${each}`
      assert.equal(await left(key), key.startsWith('k1') ? 'mo' : 'o', key)
    }
  })

  test('rules that are gone, or disabled, do nothing any more', async () => {
    const { bucket, buckets, rules, put, workAt, left } = await setUp()
    await rules({ expirationDays: 1 })
    await put('k')
    await buckets.update(bucket, ({ lifecycle: _, ...rest }) => rest)
    await workAt(midnight(3))
    assert.equal(await left('k'), 'o')
    await rules({ expirationDays: 1, enabled: false })
    await workAt(midnight(4))
    assert.equal(await left('k'), 'o')
    await rules({ expirationDays: 1 })
    await workAt(midnight(5))
    assert.equal(await left('k'), '')
  })

  test('rules that are put while the former are being taken in hold for all', async () => {
    const { once, clock, rules, put, workAt, left } = await setUp()
    for (let each = 0; each < 2 * reindexPageSize; each++) await put(`k${String(each).padStart(4, '0')}`)
    await rules({ prefix: 'x', expirationDays: 1 })
    clock.ms = midnight(10)
    await once()
    await rules({ prefix: 'k', expirationDays: 1 })
    await workAt(midnight(10) + 100)
    assert.deepEqual([await left('k0000'), await left('k0599')], ['', ''])
  })

  test('a bucket of the same name is another one', async () => {
    const { bucket, bed, buckets, objects, rules, put, workAt } = await setUp()
    await rules({ expirationDays: 1 })
    await put('k')
    await objects.delete(bucket, 'k')
    await buckets.delete('photos')
    const other = await makeBucket(bed)
    await setRules(bed, other, [{ expirationDays: 100 }])
    await putText(bed, other, 'k', 'text')
    await workAt(midnight(3))
    assert.equal((await versionsIn(bed, other, 'k')).length, 1)
    assert.equal(await looks(bed, midnight(4)), 0)
  })
})

describe('faults', () => {
  test('a look that fails is put off, and does not stand in the way of others', async () => {
    let failing = false
    const { once, clock, rules, put, left, work } = await setUp({
      fault: () => (failing ? ((failing = false), 'before') : undefined),
    })
    await rules({ expirationDays: 1 })
    await put('a')
    await put('b')
    await work()
    clock.ms = midnight(2) + 1
    failing = true
    await assert.rejects(once(), { code: 'ServiceUnavailable' })
    assert.deepEqual([await left('a'), await left('b')].sort(), ['', 'o'])
    clock.ms += retryMs + 1
    await once()
    assert.deepEqual([await left('a'), await left('b')], ['', ''])
  })

  test('a look that is set anew while it is being taken stays', async () => {
    const { bed, bucket, metadata, clock, rules, put, work } = await setUp()
    await rules({ expirationDays: 1 })
    await put('k')
    await work()
    clock.ms = midnight(2) + 1
    const setAnew = async (): Promise<void> => {
      await metadata.transact({ exclusive: [headKey(bucket.id, 'k')] }, (transaction) =>
        setLook(transaction, bucket, midnight(2), 'k'),
      )
    }
    const racing: MetadataStore = {
      ...metadata,
      transact: (guards, body) => metadata.transact(guards, body),
      async read(body) {
        const result = await metadata.read(body)
        await setAnew()
        return result
      },
    }
    await lifecycleJob({ ...bed, metadata: racing }).work(new AbortController().signal)
    assert.equal(await looks(bed, clock.ms), 1)
  })

  test('a record that cannot be read keeps nothing else from being looked at, and is told of', async () => {
    const { once, bucket, metadata, clock, rules, put, left, work } = await setUp()
    await put('a')
    await put('c')
    const record = headKey(bucket.id, 'b')
    await metadata.transact({ exclusive: [record] }, (transaction) => transaction.set(record, Buffer.from([99])))
    await rules({ expirationDays: 1 })
    await assert.rejects(work(), /format 99/)
    await work()
    clock.ms = midnight(2) + 1
    await assert.rejects(once(), /format 99/)
    assert.deepEqual([await left('a'), await left('c')], ['', ''])
  })
})
