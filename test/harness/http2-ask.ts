/** One request by node's own client of HTTP/2. */
import { once } from 'node:events'
import type { ClientHttp2Session, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2'

export interface Http2Answer {
  readonly headers: IncomingHttpHeaders & { ':status'?: number }
  readonly body: Buffer
}

/** Rejects where the stream is reset. */
export async function ask(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: Uint8Array,
): Promise<Http2Answer> {
  const stream = session.request(headers, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  const answered = once(stream, 'response') as Promise<[Http2Answer['headers']]>
  const pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  const closed = once(stream, 'close')
  const [head] = await answered
  await closed
  if (stream.rstCode !== 0) throw new Error(`reset with ${stream.rstCode}`)
  return { headers: head, body: Buffer.concat(pieces) }
}
