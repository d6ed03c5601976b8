/**
 * What one thread sees of the requests that it answers: it counts them, logs them and traces them, as the settings say. Nothing here is in a
 * request's way: what fails is told to the server's own log, now and then, and to nobody else.
 */
import type { Clock } from '../base/clock.ts'
import type { HttpListener, RequestEnd } from '../http/listener.ts'
import { createAccessLog } from './access-log.ts'
import type { ListenerState, MetricsSnapshot } from './metrics.ts'
import { RequestCounters } from './request-counters.ts'
import { createRequestLog } from './request-log.ts'
import { observeThread } from './thread-state.ts'
import { openTraces } from './traces.ts'

export interface ObserverSettings {
  /** Where the request log goes, a path or `stderr`, and of which requests. */
  readonly requestLog: { readonly destination: string; readonly which: 'none' | 'failed' | 'all' }
  /** Where the access log in S3's format goes; undefined: nowhere. */
  readonly accessLog?: string | undefined
  /** Undefined: nothing is traced. */
  readonly traces?: { readonly endpoint: string; readonly serviceName: string; readonly ratio: number } | undefined
}

export interface ObserverOptions {
  readonly settings: ObserverSettings
  /** `main`, or the thread's number. */
  readonly thread: string
  readonly version: string
  /** x-amz-id-2. */
  readonly hostId: string
  readonly clock: Clock
  /** Told of what failed, at most once a minute for each `what`: `request log`, `access log`, `traces`. */
  onFault(error: unknown, what: string): void
}

/** What is looked at of a listener. */
type Watched = Pick<HttpListener, 'connections' | 'inFlight' | 'handshakesFailed'>

export interface Observer {
  /** For HttpListenerOptions. Never throws. */
  readonly onRequestEnd: (end: RequestEnd) => void
  /** From now on the listener's connections are counted; `name` is what it is for: `s3`, `delivery`, `management`. */
  watch(name: string, listener: Watched): void
  /** Can be sent to another thread. */
  snapshot(): MetricsSnapshot
  /** Goes on in new log files: to be called when the old ones have been renamed. Never rejects. */
  reopen(): Promise<void>
  /** Resolves when what waited has been written and sent, or given up. Never rejects. */
  close(): Promise<void>
}

const faultIntervalMs = 60_000

/** Throws where a log cannot be opened. */
export async function createObserver(options: ObserverOptions): Promise<Observer> {
  const { settings, clock, hostId, version } = options
  const fault = rarely(options)
  const counters = new RequestCounters()
  const thread = observeThread(options.thread)
  const listeners: [name: string, listener: Watched][] = []
  const requestLog = createRequestLog({ ...settings.requestLog, clock, onFault: fault('request log') })
  const accessLog =
    settings.accessLog === undefined
      ? undefined
      : createAccessLog({ destination: settings.accessLog, hostId, clock, onFault: fault('access log') })
  const traces =
    settings.traces === undefined
      ? undefined
      : await openTraces({ ...settings.traces, version, clock, onFault: fault('traces') })
  const tellers = [
    ...(requestLog === undefined ? [] : [guarded(requestLog, fault('request log'))]),
    ...(accessLog === undefined ? [] : [guarded(accessLog, fault('access log'))]),
    ...(traces === undefined ? [] : [guarded(traces, fault('traces'))]),
  ]
  return {
    onRequestEnd(end) {
      counters.count(end)
      for (let at = 0; at < tellers.length; at++) tellers[at]!(end)
    },
    watch: (name, listener) => void listeners.push([name, listener]),
    snapshot: () => ({
      ...thread.snapshot(),
      ...counters.snapshot(),
      listeners: listeners.map(stateOf),
      linesDropped: { request: requestLog?.dropped ?? 0, access: accessLog?.dropped ?? 0 },
    }),
    async reopen() {
      await Promise.all([requestLog?.reopen(), accessLog?.reopen()])
    },
    async close() {
      thread.close()
      await Promise.all([requestLog?.close(), accessLog?.close(), traces?.close()])
    },
  }
}

const stateOf = ([listener, { connections, inFlight, handshakesFailed }]: readonly [
  string,
  Watched,
]): ListenerState => ({
  ...{ listener, connections, inFlight, handshakesFailed },
})

/** One that fails keeps no other from being told. */
const guarded =
  (teller: { onRequestEnd(end: RequestEnd): void }, onFault: (error: unknown) => void) =>
  (end: RequestEnd): void => {
    try {
      teller.onRequestEnd(end)
    } catch (error) {
      onFault(error)
    }
  }

/** Tells a fault of something, and then none of it for a minute: what fails for one request fails for all. */
function rarely({ clock, onFault }: Pick<ObserverOptions, 'clock' | 'onFault'>) {
  const toldMs = new Map<string, number>()
  return (what: string) =>
    (error: unknown): void => {
      const nowMs = clock.monotonic()
      if (nowMs - (toldMs.get(what) ?? -Infinity) < faultIntervalMs) return
      toldMs.set(what, nowMs)
      onFault(error, what)
    }
}
