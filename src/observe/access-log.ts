/**
 * The access log in S3's own format (Amazon S3 User Guide, "Amazon S3 server access log format"): 26 fields with spaces between them, `-`
 * for what is not known, one line for each request to S3 and to delivery when it has ended. What is known to all such logs' readers and
 * not to us (turn-around time, access points) is `-`; URLs are redacted.
 */
import type { Clock } from '../base/clock.ts'
import type { RequestEnd } from '../http/listener.ts'
import type { HttpRequest, Served } from '../http/message.ts'
import { accessLogOperation } from './access-log-operations.ts'
import { openLogFile, type LogFile } from './log-file.ts'
import { redactTarget, redactUrl } from './redact.ts'

export interface AccessLogOptions {
  /** Path of the file; or `stderr`. */
  readonly destination: string
  /** x-amz-id-2. */
  readonly hostId: string
  readonly clock: Clock
  /** Told of what could not be written. */
  onFault(error: unknown): void
}

export interface AccessLog extends Pick<LogFile, 'dropped' | 'flush' | 'reopen' | 'close'> {
  onRequestEnd(end: RequestEnd): void
}

/** Throws where the file cannot be opened. */
export function createAccessLog({ destination, hostId, clock, onFault }: AccessLogOptions): AccessLog {
  const file = openLogFile({ destination, onFault })
  return {
    get dropped() {
      return file.dropped
    },
    onRequestEnd(end) {
      const { served } = end.request
      if (served === undefined || served.front === 'management') return
      file.write(lineOf(end, end.request, served, clock.now() - end.durationMs, hostId))
    },
    flush: () => file.flush(),
    reopen: () => file.reopen(),
    close: () => file.close(),
  }
}

function lineOf(end: RequestEnd, request: HttpRequest, served: Served, startedMs: number, hostId: string): string {
  const { bucket, key } = served
  const { method, headers, tls, httpVersion = '1.1' } = request
  const level = key !== undefined ? 'object' : bucket !== undefined ? 'bucket' : 'service'
  const signature = served.accessKeyId === undefined ? unsigned : signatureOf(request)
  return `${[
    // Bucket owner, bucket, time, remote IP, requester, request ID.
    bucket?.accountId ?? '-',
    word(bucket?.name),
    timeOf(startedMs),
    word(request.remoteAddress),
    requesterOf(served),
    request.id,
    // Operation, key, Request-URI, HTTP status, error code, bytes sent, object size.
    accessLogOperation(served.operation, method, level),
    key === undefined ? '-' : keyOf(key),
    quoted(`${method} ${redactTarget(request)} HTTP/${httpVersion}`),
    end.status,
    served.errorCode ?? '-',
    end.bytesOut || '-',
    objectSizeOf(end, served.operation),
    // Total time, turn-around time, Referer, User-Agent, version ID, host ID.
    Math.round(end.durationMs),
    '-',
    quoted(redactUrl(headers['referer'] ?? '')),
    quoted(redactUrl(headers['user-agent'] ?? '')),
    word(versionIdOf(request.query)),
    hostId,
    // Signature version, cipher suite, authentication type, host header, TLS version, access point ARN, ACL required.
    signature.version,
    word(tls?.cipher),
    signature.type,
    word(redactUrl(request.host)),
    word(tls?.version),
    '-',
    '-',
  ].join(' ')}\n`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number: number): string => String(number).padStart(2, '0')

let toldSecond = -1
let toldTime = ''

/** `[06/Feb/2019:00:00:38 +0000]`; the same for all requests of a second. */
function timeOf(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second === toldSecond) return toldTime
  const time = new Date(ms)
  const date = `${two(time.getUTCDate())}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}`
  toldSecond = second
  toldTime = `[${date}:${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} +0000]`
  return toldTime
}

const requesterOf = ({ accountId, userId }: Served): string =>
  accountId === undefined ? '-' : userId === undefined ? accountId : `arn:aws:iam::${accountId}:user/${word(userId)}`

/** Encoded twice, as S3 does: a space is `%2520`. */
const keyOf = (key: string): string =>
  encodeURIComponent(redactUrl(key).toWellFormed()).replaceAll('%2F', '/').replaceAll('%', '%25')

/** Known where it is what was sent whole or taken whole; delivery may have sent it compressed. */
function objectSizeOf({ request, status, bytesOut, complete }: RequestEnd, operation: string): string | number {
  if (status !== 200 || !complete) return '-'
  if (operation === 'GetObject') return bytesOut
  if (operation !== 'PutObject') return '-'
  return word(request.headers['x-amz-decoded-content-length'] ?? request.headers['content-length'])
}

function versionIdOf(query: string): string | undefined {
  const at = query.startsWith('versionId=') ? 0 : query.indexOf('&versionId=') + 1
  if (at === 0 && !query.startsWith('versionId=')) return undefined
  const end = query.indexOf('&', at)
  return redactUrl(query.slice(at + 'versionId='.length, end < 0 ? undefined : end))
}

interface Signature {
  readonly version: 'SigV4' | 'SigV2' | '-'
  readonly type: 'AuthHeader' | 'QueryString' | '-'
}

const unsigned: Signature = { version: '-', type: '-' }

/** Of a request that was signed. */
function signatureOf({ headers, query, method }: HttpRequest): Signature {
  const { authorization } = headers
  if (authorization !== undefined)
    return { version: authorization.startsWith('AWS4') ? 'SigV4' : 'SigV2', type: 'AuthHeader' }
  if (query.includes('X-Amz-Signature')) return { version: 'SigV4', type: 'QueryString' }
  if (query.includes('Signature')) return { version: 'SigV2', type: 'QueryString' }
  // A form's fields.
  return method === 'POST' ? { version: 'SigV4', type: '-' } : unsigned
}

const unfitForQuotes = /[^\x20-\x21\x23-\x7e]/
const unfitForWord = /[^\x21\x23-\x7e]/

/** Within quotes; what could end them, or the line, is escaped as in a URL. */
const quoted = (text: string): string => (text === '' ? '"-"' : `"${escaped(text, unfitForQuotes)}"`)

/** Without spaces. */
const word = (text: string | undefined): string =>
  text === undefined || text === '' ? '-' : escaped(text, unfitForWord)

const escaped = (text: string, unfit: RegExp): string =>
  unfit.test(text)
    ? Array.from(text, (character) => (unfit.test(character) ? inBytes(character) : character)).join('')
    : text

function inBytes(character: string): string {
  let escapes = ''
  for (const byte of Buffer.from(character)) escapes += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  return escapes
}
