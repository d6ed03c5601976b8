/** Sends an answer: in one write where its body is in one piece, else chunk by chunk at the client's speed, and never a part as the whole. */
import assert from 'node:assert/strict'
import type { Exchange } from './exchange.ts'
import type { HttpResponse } from './message.ts'

type Report = (error: unknown, exchange: Exchange) => void

/** Sends the front's answer. An answer that cannot be sent is a bug: it is reported, and 500 goes out instead. */
export function send(exchange: Exchange, answer: HttpResponse, report: Report): void {
  if (exchange.answered || exchange.gone) return release(exchange, answer, report)
  const { body } = answer
  exchange.answered = true
  try {
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sendWhole(exchange, answer, body)
    else {
      exchange.status = answer.status
      exchange.beforeAnswer()
      exchange.response.writeHead(answer.status, answer.headers)
      void sendStream(exchange, body, declaredLength(answer.headers), report)
    }
  } catch (error) {
    report(error, exchange)
    if (exchange.response.headersSent) exchange.connection.socket.resetAndDestroy()
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
  response.writeHead(status, withLength ? headers : [...headers, 'Content-Length', String(size)])
  if (bodiless || size === 0) response.end()
  else {
    exchange.bytesOut = size
    response.end(bytes)
  }
  exchange.complete = true
  exchange.end()
}

async function sendStream(
  exchange: Exchange,
  body: AsyncIterable<Uint8Array>,
  declared: number | undefined,
  report: Report,
): Promise<void> {
  const { response, connection } = exchange
  const chunks = body[Symbol.asyncIterator]()
  try {
    if (!isBodiless(exchange)) {
      for (;;) {
        const chunk = await chunks.next()
        if (chunk.done === true) break
        if (exchange.gone) return void (await chunks.return?.())
        const total = exchange.bytesOut + chunk.value.length
        assert(declared === undefined || total <= declared, 'the body is longer than its content-length')
        if (chunk.value.length > 0) await write(exchange, chunk.value)
        exchange.bytesOut = total
      }
      assert(declared === undefined || exchange.bytesOut === declared, 'the body is shorter than its content-length')
    } else await chunks.return?.()
    response.end()
    exchange.complete = true
    exchange.end()
  } catch (error) {
    const { gone } = exchange
    connection.socket.resetAndDestroy()
    if (!gone) report(error, exchange)
    await Promise.resolve(chunks.return?.()).catch(() => undefined)
  }
}

const isBodiless = ({ method, status }: Exchange): boolean => method === 'HEAD' || status === 204 || status === 304

/** Resolves when the socket no longer needs the chunk. */
function write(exchange: Exchange, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (exchange.gone) return reject(new Error('the client went away'))
    exchange.onGone = reject
    exchange.response.write(chunk, (error) => {
      exchange.onGone = undefined
      if (error) reject(error)
      else resolve()
    })
  })
}

/** Gives back what a dropped answer holds. */
function release(exchange: Exchange, { body }: HttpResponse, report: Report): void {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return
  const returned = body[Symbol.asyncIterator]().return?.()
  if (returned !== undefined) Promise.resolve(returned).catch((error: unknown) => report(error, exchange))
}

/** The content-length among the headers. */
function declaredLength(headers: readonly string[]): number | undefined {
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!
    if (name.length === 14 && name.toLowerCase() === 'content-length') return Number(headers[at + 1])
  }
  return undefined
}
