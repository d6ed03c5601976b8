// The crash test's S3 client: one connection, no retries, nothing hidden.

import { Connection } from '../../bench/load/connection.ts'
import {
  call,
  headerOf,
  parseEndpoint,
  sha256,
  type Answer,
  type Endpoint,
  type S3Request,
} from '../../bench/load/endpoint.ts'
import type { Signer } from '../../bench/load/sign.ts'
import type { Content, State } from './entries.ts'
import { PlainClient } from './plain-client.ts'
import { inTime } from './in-time.ts'

export class Client {
  readonly bucket: string
  readonly #endpoint: Endpoint
  readonly #connection: Connection
  readonly #beside = new Map<string, PlainClient>()

  constructor(endpoint: string, signer: Signer, bucket: string) {
    this.bucket = bucket
    this.#endpoint = parseEndpoint(endpoint, signer)
    this.#connection = new Connection(this.#endpoint, 262144)
  }

  /** Makes one request of the bucket; status 0 when the connection broke. Throws when no answer comes for half a minute. */
  call(request: Omit<S3Request, 'bucket'>): Promise<Answer> {
    return this.#call({ ...request, bucket: this.bucket })
  }

  /** The same, signed by somebody else. */
  callAs(signer: Signer, request: Omit<S3Request, 'bucket'>): Promise<Answer> {
    return this.#call({ ...request, bucket: this.bucket }, { ...this.#endpoint, signer })
  }

  /** A client of another listener of the same server, `http://host:port`, for what is not signed. It closes with this one. */
  beside(endpoint: string): PlainClient {
    let client = this.#beside.get(endpoint)
    if (client === undefined) this.#beside.set(endpoint, (client = new PlainClient(endpoint)))
    return client
  }

  /** The same of the service: GET / and a query. */
  service(query: [string, string][]): Promise<Answer> {
    return this.#call({ method: 'GET', query })
  }

  #call(request: S3Request, endpoint = this.#endpoint): Promise<Answer> {
    return inTime(call(endpoint, this.#connection, request), `${request.method} ${request.key ?? '/'}`)
  }

  /** The state of a key by GET; throws on any answer but 200 and 404, and on a body that breaks off. */
  async read(key: string): Promise<State> {
    return stateOf(key, await this.call({ method: 'GET', key }))
  }

  /** The same by HEAD, which tells no bytes. */
  async head(key: string): Promise<Omit<Content, 'sha256'> | null> {
    const answer = await this.call({ method: 'HEAD', key })
    if (answer.status === 404) return null
    if (answer.status !== 200) throw new Error(`HEAD ${key} answered ${answer.status}`)
    return {
      size: Number(headerOf(answer, 'content-length')),
      etag: etagOf(answer),
      op: headerOf(answer, 'x-amz-meta-op') ?? '',
    }
  }

  close(): void {
    this.#connection.close()
    for (const client of this.#beside.values()) client.close()
  }
}

function stateOf(key: string, answer: Answer): State {
  if (answer.status === 404) return null
  if (answer.status === 0) throw new Error(`GET ${key} broke off after ${answer.body.length} bytes`)
  if (answer.status !== 200) {
    throw new Error(`GET ${key} answered ${answer.status} ${answer.body.toString('utf8').slice(0, 300)}`)
  }
  return {
    sha256: sha256(answer.body),
    size: answer.body.length,
    etag: etagOf(answer),
    op: headerOf(answer, 'x-amz-meta-op') ?? '',
  }
}

/** The ETag of an answer, from its header or, for copies and completed uploads, its XML; without quotes. */
export function etagOf(answer: Answer): string | undefined {
  const header = headerOf(answer, 'etag')
  if (header !== undefined) return unquote(header)
  const xml = /<ETag>([^<]+)<\/ETag>/.exec(answer.body.toString('utf8'))?.[1]
  return xml === undefined ? undefined : unquote(xml)
}

/** An ETag without its quotes, however they are written in XML. */
export function unquote(etag: string): string {
  return etag.replaceAll('&quot;', '').replaceAll('&#34;', '').replaceAll('"', '')
}
