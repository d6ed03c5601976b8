/** The content front beside management, over stores in memory, for tests: links are made and followed as a console and a browser do. */
import assert from 'node:assert/strict'
import type { HttpRequest, Served } from '../../http/message.ts'
import { makeManagement, type ManagementOptions, type Sent } from '../test-bed.ts'
import { createContentFront } from './front.ts'

export interface Shown {
  readonly status: number
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
  readonly text: string
  readonly served: Served | undefined
}

const origin = 'https://uc.media-storage.us-east-1.test'

export async function makeContent(options: ManagementOptions = {}) {
  const bed = await makeManagement(options)
  const faults: unknown[] = []
  const front = createContentFront({ services: bed.services, onFault: (error) => faults.push(error) })
  await bed.services.buckets.create({ name: 'photos', accountId: bed.accountIds.alpha, region: 'us-east-1' })

  /** Puts an object by way of management. */
  const put = (key: string, raw: string | Uint8Array, type?: string, bucket = 'photos') =>
    bed.done(`PUT /v1/buckets/${bucket}/object?key=${encodeURIComponent(key)}`, {
      ...{ raw, headers: type === undefined ? {} : { 'content-type': type } },
    })

  /** Makes a link in the session, and gives the path of its URL. */
  async function link(body: Readonly<Record<string, unknown>>, sent: Sent = {}): Promise<string> {
    const answer = await bed.done('POST /v1/buckets/photos/content-links', { as: 'session', body, ...sent })
    const url = answer.pick('url')
    assert(url.startsWith(`${origin}/~content/`), url)
    return url.slice(origin.length)
  }

  /** Follows a path, `GET` unless it says otherwise. */
  async function follow(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Shown> {
    const request: HttpRequest = {
      ...{ id: '0123456789ABCDEF', method, path, query: '', host: 'uc.test', rawHeaders: [], secure: true, headers },
      forwarded: { host: undefined, prefix: undefined },
      ...{ remoteAddress: '192.0.2.7', contentLength: 0, body: (async function* () {})() },
      signal: new AbortController().signal,
    }
    const response = await front(request)
    if (response.status === 500) throw faults.at(-1)
    const named: Record<string, string> = {}
    for (let at = 0; at < response.headers.length; at += 2) {
      const name = response.headers[at]!.toLowerCase()
      assert.equal(named[name], undefined, `${name} is there twice`)
      named[name] = response.headers[at + 1]!
    }
    const bytes = await bytesOf(response.body)
    return { status: response.status, headers: named, bytes, text: bytes.toString(), served: request.served }
  }

  return { ...bed, front, put, link, follow }
}

async function bytesOf(body: Uint8Array | string | AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body ?? '')
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
