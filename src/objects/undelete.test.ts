import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { garbageJob } from '../jobs/garbage.ts'
import { ApiError } from '../base/errors.ts'
import type { Bucket } from './bucket.ts'
import { checkLedger } from './ledger.ts'
import { makeBed, makeBucket, put, read, type Bed } from './test-bed.ts'

const dayMs = 86_400_000
const large = (text: string): string => text.repeat(30)
const code = (expected: string) => (error: unknown) => error instanceof ApiError && error.code === expected

async function openBed(versioning?: 'Enabled'): Promise<{ bed: Bed; bucket: Bucket }> {
  const bed = makeBed()
  const made = await makeBucket(bed)
  return { bed, bucket: await bed.buckets.update(made, (current) => ({ ...current, softDeleteDays: 7, versioning })) }
}

const assertLedger = async ({ metadata, blobs }: Bed): Promise<void> =>
  assert.deepEqual((await checkLedger(metadata, blobs, [])).faults, [])

async function collectGarbage({ metadata, blobs, uploads, clock, random }: Bed): Promise<void> {
  const job = garbageJob({ metadata, blobs, uploads, clock, random, graceSeconds: 0 })
  for (let round = 0; round < 4; round++) {
    clock.ms += 1
    while ((await job.work(new AbortController().signal)) === 'busy');
  }
}

const listed = async ({ extensions }: Bed, bucket: Bucket, prefix = '') =>
  (await extensions.softDeleted.list(bucket, { prefix, limit: 100 })).objects

describe('undelete', () => {
  test('has back what was deleted or replaced, the last of it first', async () => {
    const { bed, bucket } = await openBed()
    const { softDeleted } = bed.extensions
    await put(bed, bucket, 'k', large('1'), { metadata: { colour: 'red' } })
    bed.clock.ms += 10
    await put(bed, bucket, 'k', large('2'))
    bed.clock.ms += 10
    await bed.objects.delete(bucket, 'k')
    assert.deepEqual(
      (await listed(bed, bucket)).map(({ key, head }) => [key, head.size]),
      [
        ['k', 30],
        ['k', 30],
      ],
    )
    const head = await softDeleted.undelete(bucket, 'k')
    assert.deepEqual([await read(bed, bucket, 'k'), head.modifiedMs], [large('2'), bed.clock.ms])
    assert.deepEqual([head.deletedMs, head.purgeMs], [undefined, undefined])
    const [first] = await listed(bed, bucket)
    const again = await softDeleted.undelete(bucket, 'k', first!.id)
    assert.deepEqual([await read(bed, bucket, 'k'), again.metadata], [large('1'), { colour: 'red' }])
    await assertLedger(bed)
    const { objects, deleted } = await bed.buckets.usage(bucket)
    assert.deepEqual([objects, deleted], [1, 1])
  })

  test('what is not there is said not to be', async () => {
    const { bed, bucket } = await openBed()
    const { softDeleted } = bed.extensions
    await assert.rejects(softDeleted.undelete(bucket, 'k'), code('NoSuchKey'))
    await assert.rejects(softDeleted.undelete(bucket, 'k', '0'.repeat(32)), code('NoSuchVersion'))
    await assert.rejects(softDeleted.undelete(bucket, 'k', 'x'), code('InvalidArgument'))
    await assert.rejects(softDeleted.purge(bucket, 'k', '0'.repeat(32)), code('NoSuchVersion'))
  })

  test('of a version makes it the newest', async () => {
    const { bed, bucket } = await openBed('Enabled')
    const first = await put(bed, bucket, 'k', large('1'))
    await put(bed, bucket, 'k', large('2'))
    await bed.objects.remove(bucket, 'k', first.versionId!)
    await bed.objects.delete(bucket, 'k')
    const head = await bed.extensions.softDeleted.undelete(bucket, 'k')
    assert.equal(await read(bed, bucket, 'k'), large('1'))
    assert.notEqual(head.versionId, first.versionId)
    await assertLedger(bed)
  })

  test('after its time there is nothing to have back', async () => {
    const { bed, bucket } = await openBed()
    await put(bed, bucket, 'k', large('1'))
    await put(bed, bucket, 'kept', large('2'))
    await bed.objects.delete(bucket, 'k')
    await bed.objects.delete(bucket, 'kept')
    await bed.extensions.softDeleted.undelete(bucket, 'kept')
    bed.clock.ms += 7 * dayMs - 1
    await collectGarbage({ ...bed, clock: bed.clock })
    bed.clock.ms += 10
    await collectGarbage(bed)
    await assert.rejects(bed.extensions.softDeleted.undelete(bucket, 'k'), code('NoSuchKey'))
    assert.equal(await read(bed, bucket, 'kept'), large('2'))
    assert.equal((await Array.fromAsync(bed.blobs.list())).length, 1)
    await assertLedger(bed)
  })

  test('what is purged is gone at once, and only that', async () => {
    const { bed, bucket } = await openBed()
    await put(bed, bucket, 'k', large('1'))
    await put(bed, bucket, 'k', large('2'))
    bed.clock.ms += 10
    await bed.objects.delete(bucket, 'k')
    const [last] = await listed(bed, bucket)
    await bed.extensions.softDeleted.purge(bucket, 'k', last!.id)
    await assertLedger(bed)
    await collectGarbage(bed)
    await bed.extensions.softDeleted.undelete(bucket, 'k')
    assert.equal(await read(bed, bucket, 'k'), large('1'))
    await assertLedger(bed)
  })

  test('the list goes on where it left off', async () => {
    const { bed, bucket } = await openBed()
    for (const key of ['a/1', 'a/2', 'a/2', 'a/2', 'b']) {
      await put(bed, bucket, key, key)
      bed.clock.ms += 5
    }
    for (const key of ['a/1', 'a/2', 'b']) await bed.objects.delete(bucket, key)
    const all = await listed(bed, bucket)
    assert.deepEqual(
      all.map(({ key }) => key),
      ['a/1', 'a/2', 'a/2', 'a/2', 'b'],
    )
    assert.equal((await listed(bed, bucket, 'a/')).length, 4)
    const { softDeleted } = bed.extensions
    const walked: string[] = []
    let after: string | undefined
    let afterId: string | undefined
    for (;;) {
      const { objects, truncated } = await softDeleted.list(bucket, { prefix: '', limit: 2, after, afterId })
      walked.push(...objects.map(({ id }) => id))
      if (!truncated) break
      ;({ key: after, id: afterId } = objects.at(-1)!)
    }
    assert.deepEqual(
      walked,
      all.map(({ id }) => id),
    )
    const behind = await softDeleted.list(bucket, { prefix: '', limit: 10, after: 'a/2' })
    assert.deepEqual(
      behind.objects.map(({ key }) => key),
      ['b'],
    )
  })

  test('an append is no replacement', async () => {
    const { bed, bucket } = await openBed()
    await put(bed, bucket, 'k', 'one')
    await bed.extensions.appender.append(
      bucket,
      'k',
      (async function* () {
        yield Buffer.from('two')
      })(),
      {
        sizeMax: 10,
        misplaced: () => new ApiError('InvalidWriteOffset'),
        created: { system: {}, metadata: {} },
        encryption: () => undefined,
      },
    )
    assert.deepEqual(await listed(bed, bucket), [])
    await bed.objects.delete(bucket, 'k')
    await bed.extensions.softDeleted.undelete(bucket, 'k')
    assert.equal(await read(bed, bucket, 'k'), 'onetwo')
    await assertLedger(bed)
  })
})
