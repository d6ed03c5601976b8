// Drives a number of connections, one request in flight on each, for a number of seconds, and says what came of it.

import { Connection, type Answered, type Target, type WireRequest } from './connection.ts'
import { Histogram } from './histogram.ts'
import { cpuSeconds, peakMemory, resetPeakMemory } from './process-usage.ts'

/** What the connections do. Called in the hot loop: it should send what was made before. */
export interface Workload {
  /** Begins one unit of work on a connection and calls `answered` once at its end, with status 200 to 299 if all went well. */
  start(connection: Connection, index: number, answered: Answered): void
  /** How much work is left; the run ends at 0 even before its time. Undefined: as much as there is time for. */
  remaining?(): number
  /** Length a body of status 200 must have; a shorter or longer one is an error. Undefined when unknown. */
  bodyLength?: number | undefined
  /** Bytes moved by each request, for MB/s, when it is not the answer's body (uploads). */
  bytesEach?: number | undefined
}

export interface LoadOptions {
  target: Target
  connections: number
  seconds: number
  /** Most that one read brings; 64 KiB is enough for small answers, large bodies want more. */
  readSize?: number | undefined
  /** The server's process, when it runs on this machine. */
  pid?: number | undefined
}

/** The outcome of one run. Times are milliseconds unless named otherwise; MB are 10^6 bytes. */
export interface LoadResult {
  requests: number
  seconds: number
  opsPerSecond: number
  megabytesPerSecond: number
  p50: number
  p90: number
  p99: number
  max: number
  /** How many failed, by status (`0` = broken connection, `short` = wrong length). */
  errors: Record<string, number>
  /** The first failure, in words. */
  firstError?: string
  /** Server processor time per request, µs; undefined when its process is not known. */
  serverMicroseconds?: number
  /** Peak resident memory of the server during the run, bytes. */
  serverPeakMemory?: number
  /** The generator's own processor time per request, µs. */
  generatorMicroseconds: number
}

/** The common workload: one request after the other out of a list made before the clock starts, shared by all connections. */
export function ring(
  requests: readonly WireRequest[],
  lengths: { bodyLength?: number | undefined; bytesEach?: number | undefined } = {},
): Workload {
  if (requests.length === 0) throw new Error('a ring needs at least one request')
  let position = 0
  return {
    start(connection, _index, answered) {
      if (position === requests.length) position = 0
      connection.send(requests[position++] as WireRequest, answered)
    },
    ...lengths,
  }
}

/** Runs one load; resolves when every request begun before the end has been answered. */
export async function runLoad(workload: Workload, options: LoadOptions): Promise<LoadResult> {
  const run = new Run(workload, options)
  return run.go()
}

class Run {
  readonly #workload: Workload
  readonly #options: LoadOptions
  readonly #histogram = new Histogram()
  readonly #errors = new Map<string, number>()
  #firstError: string | undefined
  #bytes = 0
  #deadline = 0
  #running = 0
  #finished: () => void = () => {}

  constructor(workload: Workload, options: LoadOptions) {
    this.#workload = workload
    this.#options = options
  }

  async go(): Promise<LoadResult> {
    const { target, connections: count, readSize, seconds, pid } = this.#options
    const connections = Array.from({ length: count }, () => new Connection(target, readSize ?? 65536))
    await Promise.all(connections.map((connection) => connection.open()))
    if (pid !== undefined) resetPeakMemory(pid)
    const serverBefore = pid === undefined ? 0 : cpuSeconds(pid)
    const ownBefore = process.cpuUsage()
    const start = performance.now()
    this.#deadline = start + seconds * 1000
    this.#running = count
    await new Promise<void>((resolve) => {
      this.#finished = resolve
      connections.forEach((connection, index) => this.#loop(connection, index))
    })
    const elapsed = (performance.now() - start) / 1000
    const own = process.cpuUsage(ownBefore)
    const result = this.#result(elapsed, own.user + own.system)
    if (pid !== undefined) {
      result.serverMicroseconds = ((cpuSeconds(pid) - serverBefore) * 1e6) / Math.max(1, result.requests)
      result.serverPeakMemory = peakMemory(pid)
    }
    for (const connection of connections) connection.close()
    return result
  }

  /** Keeps one connection busy until the deadline. The closures are made once per connection, not per request. */
  #loop(connection: Connection, index: number): void {
    const workload = this.#workload
    const histogram = this.#histogram
    const { bodyLength: expected, bytesEach } = workload
    let sent = performance.now()
    const answered = (status: number, bodyLength: number): void => {
      const now = performance.now()
      histogram.record((now - sent) * 1000)
      if (status < 200 || status > 299) this.#fail(String(status), connection)
      else if (expected !== undefined && bodyLength !== expected) this.#fail('short', connection)
      else this.#bytes += bytesEach ?? bodyLength
      if (now >= this.#deadline || (workload.remaining !== undefined && workload.remaining() <= 0)) {
        if (--this.#running === 0) this.#finished()
        return
      }
      sent = now
      // A refused connection would otherwise call itself forever on one stack.
      if (status === 0) setTimeout(() => workload.start(connection, index, answered), 10)
      else workload.start(connection, index, answered)
    }
    workload.start(connection, index, answered)
  }

  #fail(kind: string, connection: Connection): void {
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1)
    this.#firstError ??= kind === '0' ? connection.fault : kind
  }

  #result(elapsed: number, ownMicroseconds: number): LoadResult {
    const requests = this.#histogram.count
    const at = (fraction: number): number => this.#histogram.percentile(fraction) / 1000
    return {
      requests,
      seconds: elapsed,
      opsPerSecond: requests / elapsed,
      megabytesPerSecond: this.#bytes / elapsed / 1e6,
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      max: this.#histogram.max / 1000,
      errors: Object.fromEntries(this.#errors),
      ...(this.#firstError === undefined ? {} : { firstError: this.#firstError }),
      generatorMicroseconds: ownMicroseconds / Math.max(1, requests),
    }
  }
}
