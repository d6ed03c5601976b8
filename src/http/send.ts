/** Sends an answer: in one write where its body is in one piece, else chunk by chunk at the client's speed, and never a part as the whole. */
import assert from 'node:assert/strict'
import type { Exchange } from './exchange.ts'
import type { HttpResponse } from './message.ts'

/** The answer's client closed or lost its connection, or was cut: nobody's fault that would be reported. */
class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** Bytes of a body that are copied behind the head rather than written beside it. */
const joinedSizeMax = 8192
const { latin1Slice } = Buffer.prototype as Buffer & {
  latin1Slice(this: Uint8Array, start: number, end: number): string
}

type Report = (error: unknown, exchange: Exchange) => void

/** Sends the front's answer. An answer that cannot be sent is a bug: it is reported, and 500 goes out instead. */
export function send(exchange: Exchange, answer: HttpResponse, report: Report): void {
  if (exchange.answered || exchange.gone) return void release(exchange, answer, report)
  const { body } = answer
  exchange.answered = true
  try {
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sendWhole(exchange, answer, body)
    else {
      exchange.status = answer.status
      exchange.beforeAnswer()
      exchange.response.writeHead(answer.status, ordered(answer.headers))
      void sendStream(exchange, body[Symbol.asyncIterator](), declaredLength(answer.headers), report)
    }
  } catch (error) {
    report(error, exchange)
    void release(exchange, answer, report)
    if (exchange.response.headersSent) giveUp(exchange)
    else sendPlain(exchange, 500, 'Internal Server Error')
  }
}

/** Answers with a status and a line of text, for what goes wrong below the fronts. */
export function sendPlain(exchange: Exchange, status: number, text: string): void {
  exchange.answered = true
  sendWhole(exchange, { status, headers: ['content-type', 'text/plain'], body: undefined }, text + '\n')
}

function sendWhole(exchange: Exchange, { status, headers }: HttpResponse, body: Uint8Array | string | undefined): void {
  const { response } = exchange
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const size = bytes === undefined ? 0 : bytes.length
  exchange.status = status
  const bodiless = isBodiless(exchange)
  const declared = declaredLength(headers)
  assert(bodiless || declared === undefined || declared === size, 'the content-length is not that of the body')
  exchange.beforeAnswer()
  const withLength = declared !== undefined || (bodiless && bytes === undefined) || status === 204
  response.writeHead(status, withLength ? ordered(headers) : [...headers, 'Content-Length', String(size)])
  if (bodiless || size === 0) response.end()
  else {
    exchange.bytesOut = size
    // Node joins the head with a string, and writes them at once; with a buffer it makes two pieces of them.
    if (size <= joinedSizeMax) response.end(latin1Slice.call(bytes!, 0, size), 'latin1')
    else response.end(bytes)
  }
  exchange.complete = true
  exchange.end()
}

async function sendStream(
  exchange: Exchange,
  chunks: AsyncIterator<Uint8Array>,
  declared: number | undefined,
  report: Report,
): Promise<void> {
  try {
    if (!isBodiless(exchange)) {
      for (;;) {
        const chunk = await chunks.next()
        if (chunk.done === true) break
        const total = exchange.bytesOut + chunk.value.length
        assert(declared === undefined || total <= declared, 'the body is longer than its content-length')
        if (chunk.value.length > 0) await write(exchange, chunk.value)
        exchange.bytesOut = total
      }
      assert(declared === undefined || exchange.bytesOut === declared, 'the body is shorter than its content-length')
    } else await chunks.return?.()
    exchange.response.end()
    exchange.complete = true
    exchange.end()
  } catch (error) {
    // What a body throws since its client went away, being aborted, is no fault either.
    const gone = exchange.gone || error instanceof ClientGone
    giveUp(exchange)
    if (!gone) report(error, exchange)
    await Promise.resolve(chunks.return?.()).catch((fault: unknown) => report(fault, exchange))
  }
}

/** The answer has begun and cannot be completed. */
function giveUp(exchange: Exchange): void {
  exchange.connection.cut()
  exchange.end()
}

const isBodiless = ({ method, status }: Exchange): boolean => method === 'HEAD' || status === 204 || status === 304

/** Resolves when the socket no longer needs the chunk. */
function write(exchange: Exchange, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new ClientGone())
    if (exchange.gone) return gone()
    exchange.onGone = gone
    exchange.response.write(chunk, (error) => {
      exchange.onGone = undefined
      if (error) gone()
      else resolve()
    })
  })
}

/** Gives back what a dropped answer holds. */
async function release(exchange: Exchange, { body }: HttpResponse, report: Report): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return
  try {
    await body[Symbol.asyncIterator]().return?.()
  } catch (error) {
    report(error, exchange)
  }
}

/** The content-length among the headers. */
function declaredLength(headers: readonly string[]): number | undefined {
  const at = indexOfName(headers, 'content-length')
  return at < 0 ? undefined : Number(headers[at + 1])
}

/**
 * With the content-length behind a content-disposition: where it stands before, node reads the bytes of the disposition as UTF-8 and sends
 * others than it was given, or throws.
 */
function ordered(headers: string[]): string[] {
  const disposition = indexOfName(headers, 'content-disposition')
  if (disposition < 0) return headers
  const length = indexOfName(headers, 'content-length')
  if (length < 0 || length > disposition) return headers
  return [...headers.slice(0, length), ...headers.slice(length + 2), headers[length]!, headers[length + 1]!]
}

/** `name` in lower case; -1 where it is not there. */
function indexOfName(headers: readonly string[], name: string): number {
  for (let at = 0; at < headers.length; at += 2) {
    const candidate = headers[at]!
    if (candidate.length === name.length && candidate.toLowerCase() === name) return at
  }
  return -1
}
