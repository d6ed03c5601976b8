import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import type { Quota } from '../access/quota.ts'
import { accountKey, encodeRecord } from '../access/records.ts'
import type { Transaction } from '../metadata/metadata-store.ts'
import { Buckets } from './buckets.ts'
import type { Bucket } from './bucket.ts'
import { checkLedger } from './ledger.ts'
import { bodyOf, makeBed, makeBucket, put, putOptions, type Bed } from './test-bed.ts'

const exceeded = { code: 'QuotaExceeded', status: 403 }

let bed: Bed
let bucket: Bucket

beforeEach(async () => {
  bed = makeBed({ pause: () => nextTurn() })
  bucket = await makeBucket(bed)
})

async function setQuota(quota: Quota | undefined): Promise<void> {
  bucket = await bed.buckets.update(bucket, (current) => ({ ...current, quota }))
}

const setAccountQuota = (quota: Quota | undefined): Promise<void> =>
  bed.metadata.transact({ exclusive: [accountKey(bucket.accountId)] }, (transaction) =>
    transaction.set(
      accountKey(bucket.accountId),
      encodeRecord({ version: 1, id: bucket.accountId, displayName: 'video', createdAt: 0, quota }),
    ),
  )

const bytes = async (): Promise<number> => (await bed.buckets.usage(bucket)).bytes

/** How many chunks were asked for. */
function watched(chunks: readonly string[]) {
  const pulled: string[] = []
  const body = (async function* () {
    for (const chunk of chunks) {
      pulled.push(chunk)
      yield Buffer.from(chunk)
    }
  })()
  return { body, pulled }
}

test('of a body that declares more than there is room for, nothing is read', async () => {
  await setQuota({ bytesMax: 100 })
  const upload = await bed.uploads.create(bucket, { system: {}, metadata: {}, key: 'u', accountId: bucket.accountId })
  const options = { ...putOptions, sizeExpected: 101 }
  const appending = {
    ...options,
    misplaced: () => new Error('misplaced') as never,
    created: putOptions,
    encryption: () => undefined,
  }
  await put(bed, bucket, 'old', 'x')
  const tries: readonly ((body: AsyncIterable<Uint8Array>) => Promise<unknown>)[] = [
    (body) => bed.objects.put(bucket, 'k', body, options),
    (body) => bed.uploads.putPart(bucket, upload, 1, body, options),
    (body) => bed.extensions.appender.append(bucket, 'old', body, appending),
    (body) => bed.extensions.appender.append(bucket, 'new', body, { ...appending, offset: 0 }),
  ]
  for (const attempt of tries) {
    const { body, pulled } = watched(['x'.repeat(101)])
    await assert.rejects(attempt(body), exceeded)
    assert.deepEqual(pulled, [])
  }
})

test('what would be replaced makes room for a declared size', async () => {
  await put(bed, bucket, 'k', 'x'.repeat(90))
  await setQuota({ bytesMax: 100 })
  const replace = (size: number): Promise<unknown> => put(bed, bucket, 'k', 'x'.repeat(size), { sizeExpected: size })
  await replace(100)
  await assert.rejects(replace(101), exceeded)
  await setQuota({ bytesMax: 10 })
  await replace(100)
  await assert.rejects(put(bed, bucket, 'l', 'x', { sizeExpected: 1 }), exceeded)
  assert.equal(await bytes(), 100)
})

test('a body that declares no size is read no further than the quota goes', async () => {
  await setQuota({ bytesMax: 60 })
  await put(bed, bucket, 'a', 'x'.repeat(10))
  const { body, pulled } = watched(Array.from({ length: 20 }, () => 'x'.repeat(20)))
  await assert.rejects(bed.objects.put(bucket, 'k', body, putOptions), exceeded)
  assert.equal(pulled.length, 3)
  await bed.objects.put(bucket, 'k', watched(['x'.repeat(25), 'x'.repeat(25)]).body, putOptions)
  assert.equal(await bytes(), 60)
})

test('writers at the same moment exceed a quota by no more than those in flight, and who comes later is refused', async () => {
  const [atOnce, size, bytesMax] = [8, 20, 100]
  for (const set of [() => setQuota({ bytesMax }), () => setAccountQuota({ bytesMax })]) {
    await setQuota(undefined)
    await setAccountQuota(undefined)
    for (let index = 0; index < 100; index++) await bed.objects.delete(bucket, `k${index}`)
    await set()
    let refused = 0
    for (let round = 0; round < 10; round++) {
      const writes = Array.from({ length: atOnce }, (_, index) =>
        put(bed, bucket, `k${round * atOnce + index}`, 'x'.repeat(size)),
      )
      for (const { status } of await Promise.allSettled(writes)) if (status === 'rejected') refused++
    }
    const stored = await bytes()
    assert.ok(stored >= bytesMax && stored <= bytesMax + (atOnce - 1) * size, `${stored} bytes`)
    assert.equal(refused, 10 * atOnce - stored / size)
    await assert.rejects(put(bed, bucket, 'late', 'x'), exceeded)
  }
  assert.deepEqual((await checkLedger(bed.metadata, bed.blobs, [])).faults, [])
})

test('without a quota a transaction and a body are passed on as they are, and nothing is read for it', async () => {
  const { metadata, clock, random } = bed
  const counted = { get: 0, read: 0 }
  let given: Transaction | undefined
  const counting = {
    ...metadata,
    get: (key: Uint8Array) => (counted.get++, metadata.get(key)),
    read: <T>(body: Parameters<typeof metadata.read<T>>[0]) => (counted.read++, metadata.read(body)),
    transact: <T>(...[guards, body]: Parameters<typeof metadata.transact<T>>) =>
      metadata.transact(guards, (transaction) => body((given = transaction))),
  }
  const buckets = new Buckets(counting, clock, random)
  const body = bodyOf('x')
  const never = (): never => assert.fail('it is asked what is replaced')
  for (let round = 0; round < 3; round++) {
    await buckets.transact(bucket, { exclusive: [] }, (transaction) => assert.equal(transaction, given))
    assert.equal(buckets.admit(bucket, body, 2 ** 50, never), body)
  }
  // The bucket's record, and the account's, once each.
  assert.deepEqual(counted, { get: 2, read: 0 })
})

test('a quota of an account is kept to on every thread from when it is set', async () => {
  const other = new Buckets(bed.metadata, bed.clock, bed.random)
  const write = (): Promise<void> =>
    other.transact(bucket, { exclusive: [] }, (transaction) => {
      transaction.add(Buffer.from(`\x70bucket/${bucket.id}/bytes`), 1)
    })
  await write()
  await setAccountQuota({ bytesMax: 0 })
  await assert.rejects(write(), exceeded)
  await setAccountQuota(undefined)
  await write()
})

test('whatever is written and deleted one after the other, a quota is kept to exactly', async () => {
  const step = fc.record({
    kind: fc.constantFrom('put', 'put', 'put', 'delete', 'quota'),
    key: fc.constantFrom('a', 'b', 'c'),
    size: fc.nat(40),
    declares: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      bed = makeBed()
      bucket = await makeBucket(bed)
      const sizes = new Map<string, number>()
      let quota: Quota = {}
      for (const { kind, key, size, declares } of steps) {
        if (kind === 'quota') {
          quota = { bytesMax: size * 2, objectsMax: size % 4 }
          await setQuota(quota)
        } else if (kind === 'delete') {
          await bed.objects.delete(bucket, key)
          sizes.delete(key)
        } else {
          const used = [...sizes.values()].reduce((sum, each) => sum + each, 0)
          const more = size - (sizes.get(key) ?? 0)
          const { bytesMax = Infinity, objectsMax = Infinity } = quota
          const fits = (more <= 0 || used + more <= bytesMax) && (sizes.has(key) || sizes.size < objectsMax)
          const sizeExpected = declares ? size : undefined
          const written = put(bed, bucket, key, 'x'.repeat(size), { sizeExpected })
          if (fits) {
            await written
            sizes.set(key, size)
          } else await assert.rejects(written, exceeded)
        }
      }
      assert.equal(
        await bytes(),
        [...sizes.values()].reduce((sum, each) => sum + each, 0),
      )
      assert.deepEqual((await checkLedger(bed.metadata, bed.blobs, [])).faults, [])
    }),
    { numRuns: 150 },
  )
})
