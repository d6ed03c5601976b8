import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storageOfDayJob } from '../../jobs/storage-of-day.ts'
import { UsageRecorder } from '../../metering/usage-recorder.ts'
import { makeManagement } from '../test-bed.ts'

const dayMs = 86_400_000
const none = { requests: 0, bytes_in: 0, bytes_out: 0, errors: 0 }

async function used() {
  const bed = await makeManagement()
  await bed.done('POST /v1/buckets', { body: { name: 'photos' } })
  await bed.done('POST /v1/buckets', { body: { name: 'films' } })
  const accessKeyId = (await bed.done('POST /v1/access-keys')).pick('access_key.access_key_id')
  const recorder = new UsageRecorder({ metadata: bed.store, clock: { now: () => bed.time.now } })
  const bucket = await bed.s3.buckets.get('photos')
  const record = (front: 's3' | 'delivery', status: number, bytesIn: number, bytesOut: number): void =>
    recorder.record({
      ...{ status, bytesIn, bytesOut },
      request: { remoteAddress: '192.0.2.1', served: { front, operation: 'GetObject', bucket, accessKeyId } },
    })
  record('s3', 200, 5, 100)
  bed.time.now += dayMs
  record('s3', 404, 0, 10)
  record('delivery', 200, 0, 1000)
  await recorder.stop()
  return { ...bed, accessKeyId }
}

const days = [
  {
    ...{ day: '2026-11-20', requests: 1, bytes_in: 5, bytes_out: 100, errors: 0 },
    ...{ s3: { requests: 1, bytes_in: 5, bytes_out: 100, errors: 0 }, delivery: none },
  },
  {
    ...{ day: '2026-11-21', requests: 2, bytes_in: 0, bytes_out: 1010, errors: 1 },
    s3: { requests: 1, bytes_in: 0, bytes_out: 10, errors: 1 },
    delivery: { requests: 1, bytes_in: 0, bytes_out: 1000, errors: 0 },
  },
]

test('requests and bytes are told by day, of the account, a bucket or an access key', async () => {
  const { done, accessKeyId } = await used()
  for (const query of ['', '?bucket=photos', `?access_key_id=${accessKeyId}`, '?from=2026-11-20&to=2026-11-21'])
    assert.deepEqual((await done(`GET /v1/usage${query}`)).json, { usage: days }, query)
  assert.deepEqual((await done('GET /v1/usage?from=2026-11-21')).json, { usage: days.slice(1) })
  assert.deepEqual((await done('GET /v1/usage?to=2026-11-20')).json, { usage: days.slice(0, 1) })
  assert.deepEqual((await done('GET /v1/usage?bucket=films')).json, { usage: [] })
  assert.deepEqual((await done('GET /v1/usage', { as: 'stranger' })).json, { usage: [] })
})

test('the last thirty days are told where none are named', async () => {
  const { done, time } = await used()
  time.now += 28 * dayMs
  assert.equal((await done('GET /v1/usage')).pick('usage.0.day'), '2026-11-20')
  time.now += dayMs
  assert.equal((await done('GET /v1/usage')).pick('usage.0.day'), '2026-11-21')
})

for (const [query, outcome] of [
  ['from=2026-11-31', '400 InvalidArgument'],
  ['to=2026-13-01', '400 InvalidArgument'],
  ['to=0000-00-00', '400 InvalidArgument'],
  ['to=0000-01-01', '400 InvalidArgument'],
  ['from=yesterday', '400 InvalidArgument'],
  ['from=2026-11-21&to=2026-11-20', '400 InvalidArgument'],
  ['from=2020-01-01&to=2026-11-20', '400 InvalidArgument'],
  ['bucket=none-such', '404 NoSuchBucket'],
  ['access_key_id=AKIANONESUCH', '404 NoSuchEntity'],
  ['bucket=photos&access_key_id=AKIANONESUCH', '400 InvalidArgument'],
] as const) {
  test(`?${query}: ${outcome}`, async () => {
    const { send } = await used()
    assert.equal((await send(`GET /v1/usage?${query}`)).outcome, outcome)
    if (!query.includes('access_key_id')) assert.equal((await send(`GET /v1/usage/storage?${query}`)).outcome, outcome)
  })
}

test("others' access keys are nobody else's business", async () => {
  const { send, accessKeyId } = await used()
  for (const as of ['user', 'member', 'stranger', 'operator'] as const)
    assert.equal((await send(`GET /v1/usage?access_key_id=${accessKeyId}`, { as })).outcome, '404 NoSuchEntity')
})

test('what was stored is told by the end of each day', async () => {
  const { done, put, store, time } = await used()
  await put('photos', 'a', '12345678')
  const job = storageOfDayJob({ metadata: store, clock: { now: () => time.now } })
  time.now += dayMs
  while ((await job.work(new AbortController().signal)) === 'busy');
  const row = {
    ...{ day: '2026-11-21', objects: 1, bytes: 8, versions: 0, version_bytes: 0 },
    ...{ deleted: 0, deleted_bytes: 0, unfinished_bytes: 0 },
  }
  assert.deepEqual((await done('GET /v1/usage/storage')).json, { storage: [row] })
  assert.deepEqual((await done('GET /v1/usage/storage?bucket=photos')).json, { storage: [row] })
  assert.deepEqual((await done('GET /v1/usage/storage?bucket=films')).json, { storage: [] })
  assert.deepEqual((await done('GET /v1/usage/storage?from=2026-11-22')).json, { storage: [] })
})
