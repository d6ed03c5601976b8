/** The metrics as Prometheus reads them (text format 0.0.4): what all threads have counted, added up, beside what the process and the storage say. */
import { Counter, Gauge, Histogram, Registry, type Metric } from 'prom-client'
import type { BucketCount } from './bucket-counters.ts'
import { readProcess } from './process-state.ts'
import { durationBoundsMs, type OperationCount } from './request-counters.ts'
import type { ThreadState } from './thread-state.ts'

/** What one thread has counted and how it is; all of it can be sent to another thread. */
export interface MetricsSnapshot extends ThreadState {
  readonly operations: readonly OperationCount[]
  readonly buckets: readonly BucketCount[]
  readonly listeners: readonly ListenerState[]
  /** Lines that logs have lost, by the log: `request`, `access`. */
  readonly linesDropped: Readonly<Record<string, number>>
}

export interface ListenerState {
  /** What it is for: `s3`, `delivery`, `management`. */
  readonly listener: string
  readonly connections: number
  readonly inFlight: number
  /** TLS handshakes that failed so far. */
  readonly handshakesFailed: number
}

/** A metric that is asked for when metrics are: how many objects there are, how much waits to be deleted. */
export interface FurtherMetric {
  /** `entrepot_objects`; of a counter, it ends with `_total`. */
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly labelNames?: readonly string[]
  /** If it throws, the metric is left out. */
  collect(): FurtherValue[] | Promise<FurtherValue[]>
}

export interface FurtherValue {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

export interface ExpositionOptions {
  readonly version: string
  readonly further?: readonly FurtherMetric[]
  /** Told of further metrics that could not be collected. */
  onFault(error: unknown): void
}

export interface ShownBuckets {
  /** Requests by bucket are shown for all that are counted, or for the one named; not at all, unless asked for. */
  readonly buckets?: 'all' | { readonly name: string } | undefined
}

export interface Exposition {
  readonly contentType: string
  render(snapshots: readonly MetricsSnapshot[], shown?: ShownBuckets): Promise<string>
}

export const createExposition = (options: ExpositionOptions): Exposition => ({
  contentType: Registry.PROMETHEUS_CONTENT_TYPE,
  async render(snapshots, { buckets } = {}) {
    const registry = new Registry()
    describeBuild(registry, options.version)
    describeRequests(registry, snapshots)
    describeListeners(registry, snapshots)
    if (buckets !== undefined) describeBuckets(registry, snapshots, buckets)
    await describeFurther(registry, options)
    describeThreads(registry, snapshots)
    await describeProcess(registry)
    return registry.metrics()
  },
})

const counter = <T extends string>(registry: Registry, name: string, help: string, labelNames: readonly T[]) =>
  new Counter({ name, help, labelNames, registers: [registry] })

const gauge = <T extends string>(registry: Registry, name: string, help: string, labelNames: readonly T[]) =>
  new Gauge({ name, help, labelNames, registers: [registry] })

function describeBuild(registry: Registry, version: string): void {
  const labels = { version, node: process.version }
  gauge(registry, 'entrepot_build_info', 'Always 1; its labels say which version runs.', ['version', 'node']).set(
    labels,
    1,
  )
}

function describeRequests(registry: Registry, snapshots: readonly MetricsSnapshot[]): void {
  const byOperation = ['front', 'operation'] as const
  const requests = counter(
    registry,
    'entrepot_requests_total',
    'Requests that have ended, by the status of their answer (499: the client went away).',
    [...byOperation, 'status'],
  )
  const durations = new CountedHistogram(
    'entrepot_request_duration_seconds',
    "From the end of the request's head to the end of its answer.",
    registry,
  )
  const bytesIn = counter(registry, 'entrepot_request_bytes_total', "Bytes of requests' bodies.", byOperation)
  const bytesOut = counter(registry, 'entrepot_response_bytes_total', "Bytes of answers' bodies.", byOperation)
  for (const count of snapshots.flatMap(({ operations }) => operations)) {
    const labels = { front: count.front, operation: count.operation }
    for (const [status, number] of count.statuses) requests.inc({ ...labels, status }, number)
    durations.add(count)
    bytesIn.inc(labels, count.bytesIn)
    bytesOut.inc(labels, count.bytesOut)
  }
}

function describeListeners(registry: Registry, snapshots: readonly MetricsSnapshot[]): void {
  const connections = gauge(registry, 'entrepot_connections', 'Open connections.', ['listener'])
  const handshakes = counter(registry, 'entrepot_tls_handshakes_failed_total', 'TLS handshakes that failed.', [
    'listener',
  ])
  const inFlight = gauge(registry, 'entrepot_requests_in_flight', 'Requests without their whole answer.', ['listener'])
  for (const { listener, ...state } of snapshots.flatMap(({ listeners }) => listeners)) {
    connections.inc({ listener }, state.connections)
    inFlight.inc({ listener }, state.inFlight)
    handshakes.inc({ listener }, state.handshakesFailed)
  }
}

function describeBuckets(
  registry: Registry,
  snapshots: readonly MetricsSnapshot[],
  shown: NonNullable<ShownBuckets['buckets']>,
): void {
  const requests = counter(
    registry,
    'entrepot_bucket_requests_total',
    'Requests about a bucket that have ended; of the buckets that were asked for lately.',
    ['bucket', 'status'],
  )
  const bytesIn = counter(registry, 'entrepot_bucket_request_bytes_total', 'Bytes of the bodies of these requests.', [
    'bucket',
  ])
  const bytesOut = counter(registry, 'entrepot_bucket_response_bytes_total', 'Bytes of the bodies of their answers.', [
    'bucket',
  ])
  for (const count of snapshots.flatMap(({ buckets }) => buckets)) {
    const { bucket } = count
    if (shown !== 'all' && shown.name !== bucket) continue
    for (const [at, number] of count.requests.entries())
      if (number > 0) requests.inc({ bucket, status: `${at + 1}xx` }, number)
    bytesIn.inc({ bucket }, count.bytesIn)
    bytesOut.inc({ bucket }, count.bytesOut)
  }
}

/** One that cannot be collected does not keep the others away. */
async function describeFurther(registry: Registry, { further = [], onFault }: ExpositionOptions): Promise<void> {
  const collected = await Promise.allSettled(further.map(async (metric) => metric.collect()))
  for (const [at, { name, help, type, labelNames = [] }] of further.entries()) {
    const outcome = collected[at]!
    if (outcome.status === 'rejected') {
      onFault(outcome.reason)
      continue
    }
    const metric =
      type === 'gauge' ? gauge(registry, name, help, labelNames) : counter(registry, name, help, labelNames)
    for (const { labels = {}, value } of outcome.value) metric.inc(labels, value)
  }
}

function describeThreads(registry: Registry, snapshots: readonly MetricsSnapshot[]): void {
  const lag = gauge(
    registry,
    'entrepot_event_loop_lag_seconds',
    'How late timers of a thread were since metrics were read last.',
    ['thread', 'quantile'],
  )
  const heap = gauge(registry, 'entrepot_heap_used_bytes', 'JavaScript objects of a thread.', ['thread'])
  const dropped = counter(
    registry,
    'entrepot_log_lines_dropped_total',
    'Lines that a log has lost: too many waited, or they could not be written.',
    ['log'],
  )
  for (const { thread, lagSeconds, heapUsedBytes, linesDropped } of snapshots) {
    for (const [quantile, seconds] of lagSeconds) lag.set({ thread, quantile }, seconds)
    heap.set({ thread }, heapUsedBytes)
    for (const [log, lines] of Object.entries(linesDropped)) dropped.inc({ log }, lines)
  }
}

/** By the names that all Prometheus clients have for them. */
async function describeProcess(registry: Registry): Promise<void> {
  const state = await readProcess()
  const cpu = (name: string, help: string, seconds: number): void => counter(registry, name, help, []).inc(seconds)
  cpu('process_cpu_user_seconds_total', 'Time on CPUs in the program itself.', state.cpuUserSeconds)
  cpu('process_cpu_system_seconds_total', 'Time on CPUs in the system for the program.', state.cpuSystemSeconds)
  cpu('process_cpu_seconds_total', 'Time on CPUs, both together.', state.cpuUserSeconds + state.cpuSystemSeconds)
  const set = (name: string, help: string, value: number | undefined): void => {
    if (value !== undefined) gauge(registry, name, help, []).set(value)
  }
  set('process_resident_memory_bytes', 'Memory that the process has.', state.residentBytes)
  set('process_start_time_seconds', 'When the process started, in seconds since 1970.', state.startedSeconds)
  set('process_open_fds', 'Open files and sockets.', state.openFiles)
  set('process_max_fds', 'How many there may be.', state.openFilesMax)
}

/** A histogram that was counted already: the library's own counts each duration itself. */
class CountedHistogram extends Histogram<'front' | 'operation'> {
  readonly #counts = new Map<string, { front: string; operation: string; ranges: number[]; sumMs: number }>()

  constructor(name: string, help: string, registry: Registry) {
    super({ name, help, labelNames: ['front', 'operation'], registers: [registry] })
  }

  add({ front, operation, durations, durationSumMs }: OperationCount): void {
    const id = `${front} ${operation}`
    const count = this.#counts.get(id) ?? { front, operation, ranges: durations.map(() => 0), sumMs: 0 }
    for (const [range, requests] of durations.entries()) count.ranges[range]! += requests
    count.sumMs += durationSumMs
    this.#counts.set(id, count)
  }

  override get(): ReturnType<Histogram<'front' | 'operation'>['get']> {
    const description = { ...describedAs(this), aggregator: 'sum' as const, collect: () => undefined }
    return Promise.resolve({ ...description, values: [...this.#values()] })
  }

  /** What the registry prefers. */
  getForPromString(): ReturnType<Histogram<'front' | 'operation'>['get']> {
    return this.get()
  }

  *#values() {
    const { name } = describedAs(this)
    for (const { front, operation, ranges, sumMs } of this.#counts.values()) {
      const labels = { front, operation }
      let total = 0
      for (const [range, requests] of ranges.entries()) {
        total += requests
        const boundMs = durationBoundsMs[range]
        const le = boundMs === undefined ? '+Inf' : String(boundMs / 1000)
        yield { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total }
      }
      yield { metricName: `${name}_sum`, labels, value: sumMs / 1000 }
      yield { metricName: `${name}_count`, labels, value: total }
    }
  }
}

/** The library's classes have these, but do not declare them. */
const describedAs = (metric: Metric) => metric as unknown as { name: string; help: string; type: number }
