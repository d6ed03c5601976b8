/**
 * Answers that take long. CompleteMultipartUpload and CopyObject answer 200 before they know how they end, keep the connection alive with
 * white space, and then send the result or an `<Error>` (Amazon S3 API Reference, both operations).
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { HttpResponse } from '../http/message.ts'
import { encode, encodeDocument } from './codec.ts'
import type { Infer, Members, Shape } from './shape.ts'
import { xmlDeclaration } from './xml.ts'

export interface Patience {
  /** An outcome within this time is answered like any other, its status and headers true. */
  readonly graceMs: number
  /** Between two spaces. */
  readonly intervalMs: number
}

/** Clients give up on a silent connection after 60 seconds or so. */
export const patience: Patience = { graceMs: 5_000, intervalMs: 10_000 }

/** Rejects with what `pending` rejects with, if that is soon; later it is told by `errorDocument`, and never rejects. */
export async function encodeSlowly<O extends Members>(
  shape: Shape<Members, O>,
  pending: Promise<Infer<O>>,
  errorDocument: (error: unknown) => string,
  { graceMs, intervalMs }: Patience = patience,
): Promise<HttpResponse> {
  if (await settlesWithin(pending, graceMs)) return encode(shape, await pending)
  return { status: 200, headers: ['content-type', 'application/xml'], body: spaces() }

  async function* spaces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(xmlDeclaration)
    while (!(await settlesWithin(pending, intervalMs))) yield Buffer.from(' ')
    yield Buffer.from(await pending.then((output) => encodeDocument(shape, output), errorDocument))
  }
}

async function settlesWithin(pending: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController()
  const settled = pending.then(
    () => true,
    () => true,
  )
  try {
    return await Promise.race([settled, delay(ms, false, { signal: timer.signal })])
  } finally {
    timer.abort()
  }
}
