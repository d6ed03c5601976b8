/** Sends an answer's body chunk by chunk at the client's speed, and never a part as the whole, whichever HTTP the client speaks. */
import assert from 'node:assert/strict'
import type { HttpRequest, HttpResponse } from './message.ts'

/** The answer's client closed or lost its connection, or was cut: nobody's fault that would be reported. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** Where the chunks go: the answer to one request, whose head has been sent. */
export interface Outlet extends HttpRequest {
  /** The answer has no body, whatever its headers say. */
  readonly bodiless: boolean
  /** The client has gone away. */
  readonly gone: boolean
  /** Bytes of the body handed over so far. */
  bytesOut: number
  /** Resolves when the chunk's bytes are no longer needed. Throws ClientGone. */
  write(chunk: Uint8Array): Promise<void>
  /** The body is whole. */
  finish(): void
  /** The body cannot be completed: ends it so that the client cannot take it for whole. */
  giveUp(): void
}

/** Told of what a body threw. */
export type Report = (error: unknown, request: HttpRequest) => void

/** `declared` is the content-length, if there is one: a body of another length is given up. Never throws. */
export async function sendStream(
  outlet: Outlet,
  chunks: AsyncIterator<Uint8Array>,
  declared: number | undefined,
  report: Report,
): Promise<void> {
  try {
    if (!outlet.bodiless) {
      for (;;) {
        const chunk = await chunks.next()
        if (chunk.done === true) break
        const total = outlet.bytesOut + chunk.value.length
        assert(declared === undefined || total <= declared, 'the body is longer than its content-length')
        if (chunk.value.length > 0) await outlet.write(chunk.value)
        outlet.bytesOut = total
      }
      assert(declared === undefined || outlet.bytesOut === declared, 'the body is shorter than its content-length')
    } else await chunks.return?.()
    outlet.finish()
  } catch (error) {
    // What a body throws since its client went away, being aborted, is no fault either.
    const gone = outlet.gone || error instanceof ClientGone
    outlet.giveUp()
    if (!gone) report(error, outlet)
    await Promise.resolve(chunks.return?.()).catch((fault: unknown) => report(fault, outlet))
  }
}

/** Gives back what a dropped answer holds. */
export async function release(request: HttpRequest, { body }: HttpResponse, report: Report): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return
  try {
    await body[Symbol.asyncIterator]().return?.()
  } catch (error) {
    report(error, request)
  }
}

/** The content-length among the headers. */
export function declaredLength(headers: readonly string[]): number | undefined {
  const at = indexOfName(headers, 'content-length')
  return at < 0 ? undefined : Number(headers[at + 1])
}

/** `name` in lower case; -1 where it is not there. */
export function indexOfName(headers: readonly string[], name: string): number {
  for (let at = 0; at < headers.length; at += 2) {
    const candidate = headers[at]!
    if (candidate.length === name.length && candidate.toLowerCase() === name) return at
  }
  return -1
}
