/** Sends an answer over HTTP/2: its head without what concerns connections, then its body. */
import assert from 'node:assert/strict'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Http2Exchange } from './http2-exchange.ts'
import type { HttpResponse } from './message.ts'
import { declaredLength, release, type Report, sendStream } from './send-stream.ts'

/** Sends the front's answer. An answer that cannot be sent is a bug: it is reported, and 500 goes out instead. */
export function sendHttp2(exchange: Http2Exchange, answer: HttpResponse, report: Report): void {
  if (exchange.answered || exchange.gone) return void release(exchange, answer, report)
  const { body } = answer
  exchange.answered = true
  try {
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sendWhole(exchange, answer, body)
    else {
      exchange.status = answer.status
      const headers = fieldsOf(answer)
      const declared = declaredLength(answer.headers)
      if (exchange.bodiless) exchange.stream.respond(headers, { endStream: true })
      else exchange.open(headers)
      void sendStream(exchange, body[Symbol.asyncIterator](), declared, report)
    }
  } catch (error) {
    if (exchange.gone) return void release(exchange, answer, report)
    report(error, exchange)
    void release(exchange, answer, report)
    if (exchange.stream.headersSent) exchange.giveUp()
    else sendHttp2Plain(exchange, 500, 'Internal Server Error')
  }
}

/** Answers with a status and a line of text, for what goes wrong below the fronts. */
export function sendHttp2Plain(exchange: Http2Exchange, status: number, text: string): void {
  exchange.answered = true
  if (exchange.gone) return
  sendWhole(exchange, { status, headers: ['content-type', 'text/plain'], body: undefined }, text + '\n')
}

function sendWhole(exchange: Http2Exchange, answer: HttpResponse, body: Uint8Array | string | undefined): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const size = bytes === undefined ? 0 : bytes.length
  exchange.status = answer.status
  const { bodiless } = exchange
  const declared = declaredLength(answer.headers)
  assert(bodiless || declared === undefined || declared === size, 'the content-length is not that of the body')
  const headers = fieldsOf(answer)
  const withLength = declared !== undefined || (bodiless && bytes === undefined) || answer.status === 204
  if (!withLength) headers.push('content-length', String(size))
  exchange.sendWhole(headers, bodiless || size === 0 ? undefined : bytes)
}

/** Fields that concern a connection of HTTP/1.1, of which HTTP/2 must have none (RFC 9113 8.2.2). */
const connectionFields = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'te',
])

/** The answer's fields, names in lower case, and its status before them. Throws for a name or value that no header can have. */
function fieldsOf({ status, headers }: HttpResponse): string[] {
  const fields = [':status', String(status)]
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!.toLowerCase()
    const value = headers[at + 1]!
    if (connectionFields.has(name)) continue
    validateHeaderName(name)
    validateHeaderValue(name, value)
    fields.push(name, value)
  }
  return fields
}
