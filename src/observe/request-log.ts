/**
 * The request log: one JSON object a line for each request, when it has ended. Nothing secret stands in it: what comes from clients goes
 * through redact.ts, and a request to the management API, whose paths may bear an API key, is told by its operation alone.
 */
import { pino } from 'pino'
import type { Clock } from '../base/clock.ts'
import type { RequestEnd } from '../http/listener.ts'
import { openLogFile, type LogFile } from './log-file.ts'
import { redactTarget, redactUrl } from './redact.ts'

export interface RequestLogOptions {
  /** Path of the file; or `stderr`. */
  readonly destination: string
  /** `failed`: those of status 400 or more, and those whose answer did not go out whole. */
  readonly which: 'none' | 'failed' | 'all'
  readonly clock: Clock
  /** Told of what could not be written. */
  onFault(error: unknown): void
}

export interface RequestLog extends Pick<LogFile, 'dropped' | 'flush' | 'reopen' | 'close'> {
  onRequestEnd(end: RequestEnd): void
}

/** Undefined where nothing is to be logged. Throws where the file cannot be opened. */
export function createRequestLog({ destination, which, clock, onFault }: RequestLogOptions): RequestLog | undefined {
  if (which === 'none') return undefined
  const file = openLogFile({ destination, onFault })
  const log = pino({ base: null, timestamp: timestamps(clock) }, { write: (line) => file.write(line) })
  return {
    get dropped() {
      return file.dropped
    },
    onRequestEnd(end) {
      if (which === 'all' || end.status >= 400 || !end.complete) log.info(lineOf(end), 'request')
    },
    flush: () => file.flush(),
    reopen: () => file.reopen(),
    close: () => file.close(),
  }
}

/** Gives the time as pino wants it: a member of the line. What stands before the milliseconds is the same for a second. */
function timestamps(clock: Clock): () => string {
  let second = -1
  let upToSecond = ''
  return () => {
    const ms = clock.now()
    if (Math.floor(ms / 1000) !== second) {
      second = Math.floor(ms / 1000)
      upToSecond = new Date(ms).toISOString().slice(0, -4)
    }
    return `,"time":"${upToSecond}${String(ms - second * 1000).padStart(3, '0')}Z"`
  }
}

/** What is said of a request; undefined members are left out. */
function lineOf({ request, status, bytesIn, bytesOut, durationMs, complete }: RequestEnd) {
  const { id, method, headers, served, remoteAddress } = request
  const isManagement = served?.front === 'management'
  const { referer, 'user-agent': userAgent } = headers
  return {
    id,
    front: served?.front,
    operation: served?.operation,
    method,
    host: redactUrl(request.host),
    path: isManagement ? undefined : redactTarget(request),
    status,
    errorCode: served?.errorCode,
    bytesIn,
    bytesOut,
    durationMs: Math.round(durationMs * 1000) / 1000,
    complete,
    remoteAddress,
    accountId: served?.accountId,
    userId: served?.userId,
    accessKeyId: served?.accessKeyId,
    bucket: served?.bucket?.name,
    key: served?.key === undefined || isManagement ? undefined : redactUrl(served.key),
    referer: referer === undefined ? undefined : redactUrl(referer),
    userAgent: userAgent === undefined ? undefined : redactUrl(userAgent),
  }
}
