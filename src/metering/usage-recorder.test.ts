import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import fc from 'fast-check'
import type { LastUse } from '../access/last-use.ts'
import { AccessKeys } from '../access/access-keys.ts'
import { Accounts } from '../access/accounts.ts'
import { MasterKey } from '../access/sealing.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import type { Served } from '../http/message.ts'
import { createMemoryStore, type CommitFault, type MemoryStore } from '../metadata/memory.ts'
import type { MeteredKind } from './keys.ts'
import { UsageRecorder, type CountedEnd } from './usage-recorder.ts'
import { UsageReports, type UsageOfDay } from './usage-reports.ts'

const bucket = { id: '00112233445566ff', name: 'photos', accountId: 'a'.repeat(64), region: 'eu-central' }
const none = { requests: 0, bytesIn: 0, bytesOut: 0, errors: 0 }
const days = { fromDay: '2026-11-01', toDay: '2026-12-31' }

let nowMs: number
const clock = { now: () => nowMs, monotonic: () => 0 }
let faults: (CommitFault | undefined)[]
let metadata: MemoryStore
let recorder: UsageRecorder
let reports: UsageReports

beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 20, 23, 59)
  faults = []
  metadata = createMemoryStore({ fault: () => faults.shift() })
  recorder = new UsageRecorder({ metadata, clock })
  reports = new UsageReports({ metadata })
})

const served: Served = { front: 's3', operation: 'PutObject', bucket, accountId: 'b'.repeat(64), accessKeyId: 'AKIA1' }

const end = (more: Partial<Served> | undefined, counts: Partial<CountedEnd> = {}): CountedEnd => ({
  request: { served: more && { ...served, ...more }, remoteAddress: '192.0.2.7' },
  status: 200,
  bytesIn: 0,
  bytesOut: 0,
  ...counts,
})

const report = (of: MeteredKind, id: string): Promise<readonly UsageOfDay[]> => reports.byDay({ of, id, ...days })

test('a request counts for the account of its bucket, the bucket and the key, by front; what failed counts as an error too', async () => {
  recorder.record(end({}, { bytesIn: 100, bytesOut: 3 }))
  recorder.record(end({ operation: 'GetObject' }, { bytesOut: 50, status: 304 }))
  recorder.record(end({ errorCode: 'NoSuchKey' }, { bytesOut: 7, status: 404 }))
  recorder.record(end({ front: 'delivery', accountId: undefined, accessKeyId: undefined }, { bytesOut: 1000 }))
  assert.deepEqual(await report('bucket', bucket.id), [])
  await recorder.flush()
  const s3 = { requests: 3, bytesIn: 100, bytesOut: 60, errors: 1 }
  const delivery = { requests: 1, bytesIn: 0, bytesOut: 1000, errors: 0 }
  const both = { day: '2026-11-20', requests: 4, bytesIn: 100, bytesOut: 1060, errors: 1, s3, delivery }
  assert.deepEqual(await report('bucket', bucket.id), [both])
  assert.deepEqual(await report('account', bucket.accountId), [both])
  assert.deepEqual(await report('account', served.accountId!), [])
  assert.deepEqual(await report('key', 'AKIA1'), [{ day: '2026-11-20', ...s3, s3, delivery: none }])
})

test('without a bucket a request counts for who asks; management, and what belongs to nobody, is not counted', async () => {
  recorder.record(end({ operation: 'ListBuckets', bucket: undefined }))
  recorder.record(end({ front: 'management', operation: 'ListBuckets' }))
  recorder.record(end({ bucket: undefined, accountId: undefined, accessKeyId: undefined }))
  recorder.record(end(undefined))
  await recorder.flush()
  assert.equal((await report('account', served.accountId!))[0]?.requests, 1)
  assert.equal((await report('key', 'AKIA1'))[0]?.requests, 1)
  assert.deepEqual(await report('bucket', bucket.id), [])
  assert.deepEqual(await report('account', bucket.accountId), [])
})

test('what management carries of objects counts as what S3 carries', async () => {
  const managed = { front: 'management', operation: 'PutObject', accessKeyId: undefined } as const
  recorder.record(end({ ...managed, countedAs: 's3' }, { bytesIn: 100 }))
  recorder.record(end({ ...managed, operation: 'GetContent', countedAs: 's3' }, { bytesOut: 50 }))
  recorder.record(end(managed, { bytesIn: 1 }))
  await recorder.flush()
  const s3 = { requests: 2, bytesIn: 100, bytesOut: 50, errors: 0 }
  assert.deepEqual(await report('bucket', bucket.id), [{ day: '2026-11-20', ...s3, s3, delivery: none }])
  assert.deepEqual(await report('account', bucket.accountId), [{ day: '2026-11-20', ...s3, s3, delivery: none }])
})

test('a day ends at midnight UTC; flushes, and threads, add up', async () => {
  const other = new UsageRecorder({ metadata, clock })
  for (const thread of [recorder, other, recorder]) {
    thread.record(end({}, { bytesIn: 1 }))
    await thread.flush()
  }
  recorder.record(end({}, { bytesIn: 10 }))
  nowMs += 60_000
  recorder.record(end({}, { bytesIn: 100 }))
  other.record(end({}, { bytesIn: 1000 }))
  await recorder.stop()
  await other.stop()
  const rows = await report('bucket', bucket.id)
  assert.deepEqual(
    rows.map(({ day, requests, bytesIn }) => [day, requests, bytesIn]),
    [
      ['2026-11-20', 4, 13],
      ['2026-11-21', 2, 1100],
    ],
  )
})

test('what could not be kept is kept later, once', async () => {
  const told: unknown[] = []
  recorder = new UsageRecorder({ metadata, clock, onFault: (error) => told.push(error) })
  for (let index = 0; index < 500; index++) recorder.record(end({ accessKeyId: `AKIA${index}` }))
  // The first transaction is made, the second is not.
  faults = [undefined, 'before']
  await assert.rejects(recorder.flush(), { code: 'ServiceUnavailable' })
  recorder.record(end({ accessKeyId: 'AKIA3' }))
  await recorder.flush()
  assert.equal((await report('bucket', bucket.id))[0]?.requests, 501)
  for (let index = 0; index < 500; index++)
    assert.equal((await report('key', `AKIA${index}`))[0]?.requests, index === 3 ? 2 : 1)
  assert.deepEqual([recorder.uncounted, told], [0, []])
})

test('rows in memory are bounded: they are kept early, and what there is no room for is told', async () => {
  recorder = new UsageRecorder({ metadata, clock, rowsMax: 10 })
  for (let index = 0; index < 30; index++) {
    recorder.record(end({ bucket: undefined, accountId: undefined, accessKeyId: `AKIA${index}` }))
    // Others have their turn between two requests.
    await new Promise(setImmediate)
  }
  await recorder.flush()
  assert.equal(recorder.uncounted, 0)
  for (let index = 0; index < 30; index++) {
    recorder.record(end({ bucket: undefined, accountId: undefined, accessKeyId: `AKIB${index}` }))
  }
  assert.equal(recorder.uncounted, 20)
  await recorder.flush()
  const counted = await Promise.all(Array.from({ length: 30 }, (_, index) => report('key', `AKIB${index}`)))
  assert.equal(counted.filter((rows) => rows.length > 0).length, 10)
})

test('a key has its last use: time, operation, address, region of the bucket, front', async () => {
  const masterKey = new MasterKey(new Secret('17'.repeat(32)), systemRandom)
  const parts = { store: metadata, masterKey, clock, random: systemRandom }
  const account = await new Accounts(parts).create('video')
  const accessKeys = new AccessKeys(parts)
  const { accessKeyId } = await accessKeys.create(account.id)
  const others = [await accessKeys.create(account.id), await accessKeys.create(account.id)]
  const lastUse = async (id: string): Promise<LastUse | undefined> => (await accessKeys.lastUse([id])).get(id)
  recorder.record(end({ accessKeyId }))
  nowMs += 1000
  recorder.record(end({ accessKeyId, operation: 'GetObject' }, { status: 404 }))
  recorder.record(end({ accessKeyId: others[0]!.accessKeyId, operation: 'ListBuckets', bucket: undefined }))
  await recorder.flush()
  const use = { atMs: nowMs, operation: 'GetObject', remoteAddress: '192.0.2.7', region: 'eu-central', front: 's3' }
  assert.deepEqual(await lastUse(accessKeyId), use)
  assert.equal((await lastUse(others[0]!.accessKeyId))?.region, undefined)
  assert.equal(await lastUse(others[1]!.accessKeyId), undefined)
})

test('a report is of 1 to 400 days, and of days that there are', async () => {
  const ask = (fromDay: string, toDay: string) => reports.byDay({ of: 'key', id: 'AKIA1', fromDay, toDay })
  assert.deepEqual(await ask('2026-01-01', '2027-02-04'), [])
  for (const [fromDay, toDay] of [
    ['2026-01-01', '2027-02-05'],
    ['2026-01-02', '2026-01-01'],
    ['2026-02-30', '2026-03-01'],
    ['2026-02-1', '2026-03-01'],
    ['1969-12-31', '1970-01-01'],
    ['', ''],
    ['2026-01-01', '+02026-01-02'],
  ] as const) {
    await assert.rejects(ask(fromDay, toDay), { code: 'InvalidArgument' }, `${fromDay} ${toDay}`)
  }
})

test('whatever is recorded and whenever it is kept, by threads and through faults, it adds up', async () => {
  const step = fc.record({
    thread: fc.nat(1),
    kind: fc.constantFrom('record', 'record', 'record', 'flush', 'fault', 'time'),
    front: fc.constantFrom('s3' as const, 'delivery' as const),
    id: fc.nat(3),
    bytes: fc.nat(2 ** 40),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      nowMs = Date.UTC(2026, 10, 20)
      const store = createMemoryStore({ fault: () => faults.shift() })
      const threads = [0, 1].map(() => new UsageRecorder({ metadata: store, clock }))
      const expected = new Map<string, number>()
      for (const { thread, kind, front, id, bytes } of steps) {
        if (kind === 'time') nowMs += 43_200_000
        else if (kind === 'fault') faults = [undefined, 'before']
        else if (kind === 'flush') await threads[thread]!.flush().catch(() => undefined)
        else {
          const name = `${new Date(nowMs).toISOString().slice(0, 10)} ${id} ${front}`
          threads[thread]!.record(end({ front, bucket: { ...bucket, id: `${id}` } }, { bytesOut: bytes }))
          expected.set(name, (expected.get(name) ?? 0) + bytes)
        }
      }
      faults = []
      for (const thread of threads) await thread.stop()
      const found = new Map<string, number>()
      for (const id of ['0', '1', '2', '3']) {
        for (const row of await new UsageReports({ metadata: store }).byDay({ of: 'bucket', id, ...days })) {
          if (row.s3.requests > 0) found.set(`${row.day} ${id} s3`, row.s3.bytesOut)
          if (row.delivery.requests > 0) found.set(`${row.day} ${id} delivery`, row.delivery.bytesOut)
        }
      }
      assert.deepEqual(found, expected)
    }),
    { numRuns: 100 },
  )
})
