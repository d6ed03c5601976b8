import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import type { Bucket } from './bucket.ts'
import { noUsage } from './usage.ts'
import { encodeHead, shownVersionId } from './head.ts'
import { headKey, versionKey } from './keys.ts'
import { checkLedger } from './ledger.ts'
import { makeBed, makeBucket, put, read, type Bed } from './test-bed.ts'
import { listVersions } from './version-listing.ts'

const large = 'large enough for a blob of its own'
const dayMs = 86_400_000

async function makeVersioned(more: Partial<Bucket> = {}): Promise<{ bed: Bed; bucket: Bucket }> {
  const bed = makeBed()
  const configure = (current: Bucket): Bucket => ({ ...current, versioning: 'Enabled', ...more })
  return { bed, bucket: await bed.buckets.update(await makeBucket(bed), configure) }
}

async function idsOf({ metadata }: Bed, bucket: Bucket): Promise<readonly string[]> {
  const { versions } = await listVersions(metadata, bucket, { prefix: '', delimiter: '', limit: 1000 })
  return versions.map(({ versionId, deleteMarker }) => (deleteMarker ? `${versionId} (marker)` : versionId))
}

const assertLedger = async ({ metadata, blobs }: Bed): Promise<void> =>
  assert.deepEqual((await checkLedger(metadata, blobs, [1])).faults, [])

const isError = (code: string) => (error: unknown) => error instanceof ApiError && error.code === code

test('usage tells current versions from all others', async () => {
  const { bed, bucket } = await makeVersioned()
  await put(bed, bucket, 'k', 'one')
  const second = await put(bed, bucket, 'k', large)
  assert.deepEqual(await bed.buckets.usage(bucket), {
    ...noUsage,
    ...{ objects: 1, bytes: large.length, versions: 1, versionBytes: 3 },
  })
  await bed.objects.delete(bucket, 'k')
  assert.deepEqual(await bed.buckets.usage(bucket), { ...noUsage, versions: 3, versionBytes: 3 + large.length })
  await bed.objects.remove(bucket, 'k', shownVersionId(second))
  assert.deepEqual(await bed.buckets.usage(bucket), { ...noUsage, versions: 2, versionBytes: 3 })
  await assertLedger(bed)
})

test('versions stand in the order of their writing, though the clock goes back', async () => {
  const { bed, bucket } = await makeVersioned()
  const ids: string[] = []
  for (const ms of [0, -dayMs, 5, -2 * dayMs, 0]) {
    bed.clock.ms += ms
    ids.unshift(shownVersionId(await put(bed, bucket, 'k', 'x')))
  }
  assert.deepEqual(await idsOf(bed, bucket), ids)
})

test('removing a delete marker brings back what it hid', async () => {
  const { bed, bucket } = await makeVersioned()
  const id = shownVersionId(await put(bed, bucket, 'k', 'x'))
  const markers = [await bed.objects.delete(bucket, 'k'), await bed.objects.delete(bucket, 'k')]
  assert.equal(await read(bed, bucket, 'k'), undefined)
  await bed.objects.remove(bucket, 'k', markers[0]!.versionId!)
  assert.equal(await read(bed, bucket, 'k'), undefined)
  await bed.objects.remove(bucket, 'k', markers[1]!.versionId!)
  assert.equal(await read(bed, bucket, 'k'), 'x')
  assert.deepEqual(await idsOf(bed, bucket), [id])
  const { noncurrentMs } = await bed.heads.get(bucket, 'k')
  assert.equal(noncurrentMs, undefined)
})

test('where versioning is suspended, there is one null version, and the others stay', async () => {
  const { bed, bucket } = await makeVersioned()
  const first = shownVersionId(await put(bed, bucket, 'k', 'first'))
  const suspended = await bed.buckets.update(bucket, (current) => ({ ...current, versioning: 'Suspended' }))
  for (const text of ['a', 'b']) await put(bed, suspended, 'k', text)
  assert.deepEqual(await idsOf(bed, bucket), ['null', first])
  await bed.objects.delete(suspended, 'k')
  assert.deepEqual(await idsOf(bed, bucket), ['null (marker)', first])
  await put(bed, bucket, 'k', 'c')
  assert.deepEqual(await idsOf(bed, bucket), ['null', first])
  await bed.objects.remove(suspended, 'k', 'null')
  assert.equal(await read(bed, suspended, 'k'), 'first')
  await assertLedger(bed)
})

test('a condition on a deletion looks at the delete marker too; of what is not there, no marker is put', async () => {
  const { bed, bucket } = await makeVersioned()
  const seen: unknown[] = []
  const condition = (version: { readonly deleteMarker?: boolean | undefined } | undefined): void => {
    seen.push(version === undefined ? undefined : version.deleteMarker === true)
  }
  const nothing = { versionId: undefined, deleteMarker: false }
  assert.deepEqual(await bed.objects.delete(bucket, 'k', { condition }), nothing)
  assert.deepEqual(await idsOf(bed, bucket), [])
  await put(bed, bucket, 'k', 'x')
  await bed.objects.delete(bucket, 'k', { condition })
  await bed.objects.delete(bucket, 'k', { condition })
  assert.deepEqual(seen, [undefined, false, true])
  assert.equal((await idsOf(bed, bucket)).length, 3)
})

test('a new version has the lock that it is put with, or else the default of the bucket', async () => {
  const defaultRetention = { mode: 'COMPLIANCE', days: 2 } as const
  const { bed, bucket } = await makeVersioned({ objectLock: { defaultRetention } })
  const untilMs = bed.clock.ms + dayMs
  const own = { mode: 'GOVERNANCE', untilMs } as const
  assert.deepEqual((await put(bed, bucket, 'k', 'x', { retention: own })).retention, own)
  const byDefault = { mode: 'COMPLIANCE', untilMs: bed.clock.ms + 2 * dayMs }
  const { versionId, retention } = await put(bed, bucket, 'k', 'x')
  assert.deepEqual(retention, byDefault)
  for (const bypassGovernance of [false, true]) {
    await assert.rejects(bed.objects.remove(bucket, 'k', versionId!, { bypassGovernance }), isError('AccessDenied'))
  }
  bed.clock.ms += 2 * dayMs
  await bed.objects.remove(bucket, 'k', versionId!)
  await assertLedger(bed)
})

test('what is locked stays when it is overwritten, deleted and hidden', async () => {
  const { bed, bucket } = await makeVersioned({ objectLock: {} })
  const id = shownVersionId(await put(bed, bucket, 'k', 'kept', { legalHold: true }))
  await put(bed, bucket, 'k', 'other')
  await bed.objects.delete(bucket, 'k')
  const head = await bed.heads.get(bucket, 'k', id)
  assert.equal(head.legalHold, true)
  await assert.rejects(bed.objects.remove(bucket, 'k', id, { bypassGovernance: true }), isError('AccessDenied'))
})

const unreadable: readonly (readonly [what: string, damage: (record: Buffer) => Buffer])[] = [
  [
    'whose mode is unknown',
    (record) => Buffer.from(record.toString('latin1').replace('COMPLIANCE', 'COMPLAINTS'), 'latin1'),
  ],
  [
    'whose time is no number',
    (record) => Buffer.from(record.toString('latin1').replace(/"untilMs":\d+/, '"untilMs":"soon"'), 'latin1'),
  ],
  [
    'that is null',
    (record) => Buffer.from(record.toString('latin1').replace(/"retention":\{.*?\}/, '"retention":null'), 'latin1'),
  ],
  ['in a record that is cut short', (record) => record.subarray(0, record.length - 4)],
  ['in a record of a later format', (record) => Buffer.concat([Buffer.from([9]), record.subarray(1)])],
]
for (const [what, damage] of unreadable) {
  for (const isCurrent of [true, false]) {
    test(`a lock ${what} holds: of ${isCurrent ? 'the current' : 'a noncurrent'} version`, async () => {
      const { bed, bucket } = await makeVersioned({ objectLock: {} })
      const retention = { mode: 'COMPLIANCE', untilMs: bed.clock.ms + dayMs } as const
      const head = await put(bed, bucket, 'k', large, { retention })
      if (!isCurrent) await put(bed, bucket, 'k', 'newer')
      const exclusive = headKey(bucket.id, 'k')
      const record = isCurrent ? exclusive : versionKey(bucket.id, 'k', head.versionId!)
      const damaged = damage(encodeHead(head) as Buffer)
      await bed.metadata.transact({ exclusive: [exclusive] }, (transaction) => transaction.set(record, damaged))
      bed.clock.ms += 10 * dayMs
      const removing = bed.objects.remove(bucket, 'k', shownVersionId(head), { bypassGovernance: true })
      await assert.rejects(removing, isError('ServiceUnavailable'))
      assert.deepEqual(Buffer.from((await bed.metadata.get(record))!), damaged)
    })
  }
}

test('tags, locks and ACLs of a noncurrent version can be changed, and of nothing else', async () => {
  const { bed, bucket } = await makeVersioned()
  const id = shownVersionId(await put(bed, bucket, 'k', 'x'))
  const { versionId } = await bed.objects.delete(bucket, 'k')
  const tags = { a: 'b' }
  const amend = (of?: string) => bed.objects.amend(bucket, 'k', of, (head) => ({ ...head, tags }))
  assert.deepEqual((await amend(id)).tags, tags)
  assert.deepEqual((await bed.heads.get(bucket, 'k', id)).tags, tags)
  await assert.rejects(amend(), isError('NoSuchKey'))
  await assert.rejects(amend(versionId), isError('MethodNotAllowed'))
  await assert.rejects(amend('0'.repeat(32)), isError('NoSuchVersion'))
})
