// The crash test's client of listeners that want no signature, management and delivery: one connection, no retries, nothing hidden.

import { Connection } from '../../bench/load/connection.ts'
import { parseEndpoint, type Answer, type Endpoint } from '../../bench/load/endpoint.ts'
import { requestHead } from '../../bench/load/sign.ts'
import { inTime } from './in-time.ts'

export interface PlainRequest {
  method: string
  /** Path and query, encoded. */
  target: string
  headers?: Readonly<Record<string, string>>
  body?: Buffer
}

export class PlainClient {
  readonly #endpoint: Endpoint
  readonly #connection: Connection

  constructor(endpoint: string) {
    this.#endpoint = parseEndpoint(endpoint, undefined)
    this.#connection = new Connection(this.#endpoint, 65_536)
  }

  /** Makes one request; status 0 when the connection broke. Throws when no answer comes for half a minute. */
  call(request: PlainRequest): Promise<Answer> {
    return inTime(this.#call(request), `${request.method} ${request.target}`)
  }

  close(): void {
    this.#connection.close()
  }

  async #call({ method, target, headers, body }: PlainRequest): Promise<Answer> {
    const connection = this.#connection
    const pieces: Buffer[] = []
    connection.freshen()
    connection.onBody = (bytes) => pieces.push(Buffer.from(bytes))
    connection.reader.keepHead = true
    const signed = { target, headers: { host: this.#endpoint.authority, ...headers } }
    const head = requestHead(method, signed, body?.length)
    const bytes = body === undefined ? head : Buffer.concat([head, body])
    const status = await new Promise<number>((resolve) => connection.send({ bytes }, resolve))
    connection.onBody = undefined
    connection.reader.keepHead = false
    return { status, head: connection.reader.head, body: Buffer.concat(pieces) }
  }
}
