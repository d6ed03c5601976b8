import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bucketsMax, BucketCounters } from './bucket-counters.ts'
import { createExposition, type ExpositionOptions, type MetricsSnapshot, type ShownBuckets } from './metrics.ts'
import { accountId, requestEnd, type Ended } from './request-end.fixture.ts'
import { durationBoundsMs, RequestCounters } from './request-counters.ts'

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Parsed {
  readonly types: ReadonlyMap<string, string>
  readonly samples: readonly Sample[]
}

/** Of the text format 0.0.4, strictly: each family is described before its samples, which stand together. */
function parse(text: string): Parsed {
  const types = new Map<string, string>()
  const samples: Sample[] = []
  const seen = new Set<string>()
  let family = ''
  assert.ok(text.endsWith('\n'))
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line) ?? []
    if (kind === 'HELP') {
      family = name
      assert.ok(!types.has(name), `${name} is described once`)
      continue
    }
    if (kind === 'TYPE') {
      assert.equal(name, family)
      types.set(name, rest)
      continue
    }
    const [, sample = '', , inner = '', value = ''] = /^([a-z_]+)(\{(.*)\})? (\S+)$/.exec(line) ?? assert.fail(line)
    assert.ok(!seen.has(`${sample}{${inner}}`), `${line} is there once`)
    seen.add(`${sample}{${inner}}`)
    const suffixes = types.get(family) === 'histogram' ? '_bucket|_sum|_count' : ''
    assert.match(sample, new RegExp(`^${family}(?:${suffixes})$`), line)
    const labels: Record<string, string> = {}
    const rests = inner.replaceAll(/(\w+)="((?:[^"\\\n]|\\["\\n])*)",?/g, (_, label: string, content: string) => {
      labels[label] = content
      return ''
    })
    assert.equal(rests, '', line)
    assert.match(value, /^(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|\+Inf)$/)
    samples.push({ name: sample, labels, value: Number(value) })
  }
  return { types, samples }
}

/** The sum of the samples that have these labels. */
const sum = ({ samples }: Parsed, name: string, labels: Sample['labels'] = {}): number =>
  samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((total, { value }) => total + value, 0)

const count = (ended: readonly Ended[], counters = new RequestCounters()): RequestCounters => {
  for (const end of ended) counters.count(requestEnd(end))
  return counters
}

function snapshotOf(ended: readonly Ended[], more: Partial<MetricsSnapshot> = {}): MetricsSnapshot {
  const state = { thread: 'main', lagSeconds: [['0.5', 0.001]], heapUsedBytes: 1000 } as const
  // As from another thread.
  return structuredClone({ ...state, ...count(ended).snapshot(), listeners: [], linesDropped: {}, ...more })
}

const faults: unknown[] = []
const options: ExpositionOptions = { version: '1.2.3', onFault: (error) => faults.push(error) }
const render = async (
  snapshots: readonly MetricsSnapshot[],
  shown?: ShownBuckets,
  more: Partial<ExpositionOptions> = {},
): Promise<Parsed> => parse(await createExposition({ ...options, ...more }).render(snapshots, shown))

test('what two threads have counted is added up, by front, operation and status', async () => {
  const one = snapshotOf([{}, {}, { status: 404 }, { served: { operation: 'PutObject' }, bytesIn: 100, bytesOut: 0 }])
  const other = snapshotOf([
    { bytesOut: 13 },
    { served: { front: 'delivery', operation: 'Deliver' } },
    { served: undefined, status: 400 },
  ])
  const parsed = await render([one, other])
  const get = { front: 's3', operation: 'GetObject' }
  assert.equal(sum(parsed, 'entrepot_requests_total', { ...get, status: '200' }), 3)
  assert.equal(sum(parsed, 'entrepot_requests_total', { ...get, status: '404' }), 1)
  assert.equal(sum(parsed, 'entrepot_requests_total', { front: 'delivery', operation: 'Deliver' }), 1)
  assert.equal(sum(parsed, 'entrepot_requests_total', { front: 'none', operation: 'none', status: '400' }), 1)
  assert.equal(sum(parsed, 'entrepot_requests_total'), 7)
  assert.equal(sum(parsed, 'entrepot_request_bytes_total'), 100)
  assert.equal(sum(parsed, 'entrepot_response_bytes_total', get), 34)
  assert.equal(sum(parsed, 'entrepot_request_duration_seconds_count', get), 4)
})

test('durations are counted up to each bound, inclusively, and those above all of them too', async () => {
  const durations = [0, 0.1, 0.1000001, 12.3, 300_000, 300_000.1]
  const halves = [durations.slice(0, 3), durations.slice(3)]
  const parsed = await render(halves.map((half) => snapshotOf(half.map((durationMs) => ({ durationMs })))))
  const upTo = (le: string): number => sum(parsed, 'entrepot_request_duration_seconds_bucket', { le })
  assert.deepEqual(['0.0001', '0.00025', '0.01', '0.025', '300', '+Inf'].map(upTo), [2, 3, 3, 4, 5, 6])
  assert.equal(sum(parsed, 'entrepot_request_duration_seconds_sum').toFixed(7), '600.0126000')
  assert.equal(parsed.types.get('entrepot_request_duration_seconds'), 'histogram')
})

test('any requests, on any threads, are all counted, and each bucket of the histogram holds those before it', async () => {
  const ended = fc.record({
    status: fc.constantFrom(200, 206, 304, 404, 499, 500),
    durationMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    bytesOut: fc.nat(),
    served: fc.record({
      front: fc.constantFrom('s3', 'delivery', 'management'),
      operation: fc.constantFrom('A', 'B', ''),
    }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(ended, { maxLength: 20 }), { maxLength: 3 }), async (threads) => {
      const parsed = await render(threads.map((thread) => snapshotOf(thread)))
      const all = threads.flat()
      assert.equal(sum(parsed, 'entrepot_requests_total'), all.length)
      assert.equal(sum(parsed, 'entrepot_request_duration_seconds_count'), all.length)
      assert.equal(
        sum(parsed, 'entrepot_response_bytes_total'),
        all.reduce((total, { bytesOut }) => total + bytesOut, 0),
      )
      let before = 0
      for (const { name, labels, value } of parsed.samples) {
        if (name !== 'entrepot_request_duration_seconds_bucket') continue
        assert.ok(value >= before)
        before = labels['le'] === '+Inf' ? 0 : value
      }
    }),
    { numRuns: 50 },
  )
})

test('buckets are shown on request alone: all, or one', async () => {
  const bucket = (name: string) => ({ bucket: { id: name, name, accountId, region: 'us-east-1' } })
  const one = snapshotOf([{ served: bucket('a') }, { served: bucket('a'), status: 404 }, { served: bucket('b') }])
  const other = snapshotOf([{ served: bucket('a'), bytesIn: 5 }])
  const name = 'entrepot_bucket_requests_total'
  assert.equal(sum(await render([one, other]), name), 0)
  const all = await render([one, other], { buckets: 'all' })
  assert.equal(sum(all, name, { bucket: 'a', status: '2xx' }), 2)
  assert.equal(sum(all, name, { bucket: 'a', status: '4xx' }), 1)
  assert.equal(sum(all, name), 4)
  assert.equal(sum(all, 'entrepot_bucket_response_bytes_total', { bucket: 'a' }), 21)
  const named = await render([one, other], { buckets: { name: 'b' } })
  assert.equal(sum(named, name), 1)
})

test('of more buckets than are counted, those are forgotten that were not asked for lately', () => {
  const counters = new BucketCounters()
  const asked = { status: 200, bytesIn: 1, bytesOut: 1 }
  for (let at = 0; at < 10 * bucketsMax; at++) {
    counters.count('often', asked)
    counters.count(`b${at}`, asked)
    if (at % 1000 === 0) assert.ok(counters.snapshot().length <= bucketsMax)
  }
  const counted = new Map(counters.snapshot().map(({ bucket, requests }) => [bucket, requests[1]]))
  assert.ok(counted.size <= bucketsMax)
  assert.equal(counted.get('often'), 10 * bucketsMax)
  for (let at = 10 * bucketsMax - bucketsMax / 2 + 1; at < 10 * bucketsMax; at++) assert.equal(counted.get(`b${at}`), 1)
  assert.equal(counted.get('b0'), undefined)
})

test('operations without bound do not take memory without bound', () => {
  const counted = count(Array.from({ length: 2000 }, (_, at) => ({ served: { operation: `O${at}` } }))).snapshot()
  assert.ok(counted.operations.length <= 513)
  const requests = counted.operations.flatMap(({ statuses }) => statuses.map(([, number]) => number))
  assert.equal(
    requests.reduce((a, b) => a + b),
    2000,
  )
})

test('a status that is none is counted too', () => {
  const [operation] = count([{ status: 0 }, { status: 1000 }]).snapshot().operations
  assert.deepEqual(operation?.statuses, [[599, 2]])
})

test('listeners, threads, lost lines, the process and the build are told', async () => {
  const listeners = [{ listener: 's3', connections: 3, inFlight: 2, handshakesFailed: 1 }]
  const parsed = await render([
    snapshotOf([], { listeners, linesDropped: { request: 1 } }),
    snapshotOf([], { thread: '1', listeners, linesDropped: { request: 2, access: 1 } }),
  ])
  assert.equal(sum(parsed, 'entrepot_connections', { listener: 's3' }), 6)
  assert.equal(sum(parsed, 'entrepot_requests_in_flight', { listener: 's3' }), 4)
  assert.equal(sum(parsed, 'entrepot_tls_handshakes_failed_total', { listener: 's3' }), 2)
  assert.equal(sum(parsed, 'entrepot_log_lines_dropped_total', { log: 'request' }), 3)
  assert.equal(sum(parsed, 'entrepot_heap_used_bytes', { thread: '1' }), 1000)
  assert.equal(sum(parsed, 'entrepot_event_loop_lag_seconds', { thread: 'main', quantile: '0.5' }), 0.001)
  assert.equal(sum(parsed, 'entrepot_build_info', { version: '1.2.3', node: process.version }), 1)
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_start_time_seconds'])
    assert.ok(sum(parsed, name) > 0, name)
  if (process.platform === 'linux') assert.ok(sum(parsed, 'process_open_fds') > 0)
})

test('further metrics are collected when they are asked for, and one that fails keeps no other away', async () => {
  const further = [
    { name: 'entrepot_objects', help: 'Objects.', type: 'gauge' as const, collect: () => [{ value: 42 }] },
    { name: 'entrepot_broken', help: 'Broken.', type: 'gauge' as const, collect: () => assert.fail('no disk') },
    {
      ...{ name: 'entrepot_bytes_total', help: 'Bytes.', type: 'counter' as const, labelNames: ['region'] },
      collect: () => Promise.resolve([{ labels: { region: 'a"\\\n' }, value: 1e15 }]),
    },
  ]
  const parsed = await render([], undefined, { further })
  assert.equal(sum(parsed, 'entrepot_objects'), 42)
  assert.equal(sum(parsed, 'entrepot_bytes_total', { region: 'a\\"\\\\\\n' }), 1e15)
  assert.equal(parsed.types.has('entrepot_broken'), false)
  assert.match(String(faults.at(-1)), /no disk/)
})

test('the bounds of durations rise', () => {
  assert.deepEqual(
    durationBoundsMs,
    durationBoundsMs.toSorted((a, b) => a - b),
  )
})
