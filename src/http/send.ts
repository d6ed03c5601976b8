/** Sends an answer: in one write where its body is in one piece, else chunk by chunk at the client's speed, and never a part as the whole. */
import assert from 'node:assert/strict'
import type { Exchange } from './exchange.ts'
import type { HttpResponse } from './message.ts'
import { declaredLength, indexOfName, release, type Report, sendStream } from './send-stream.ts'

/** Bytes of a body that are copied behind the head rather than written beside it. */
const joinedSizeMax = 8192
const { latin1Slice } = Buffer.prototype as Buffer & {
  latin1Slice(this: Uint8Array, start: number, end: number): string
}

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
    if (exchange.response.headersSent) exchange.giveUp()
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
  const { bodiless } = exchange
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
