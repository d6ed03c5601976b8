// An S3 server in memory, just honest enough to test the tools that load and crash real ones, and dishonest where it is told to be.
// It checks no signatures and knows one object version, no metadata but x-amz-meta-op, and no errors that the tools do not look at.

import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Stored {
  body: Buffer
  etag: string
  op: string
}

interface Upload {
  key: string
  op: string
  parts: Map<number, { body: Buffer; etag: string }>
}

/** Ways to be wrong. */
export type Lie =
  | 'loses acknowledged writes'
  | 'flips a byte'
  | 'serves half a body'
  | 'mixes metadata of two writes'
  | 'lists what is not there'
  | 'omits from the listing'
  | 'ignores conditions'
  | 'resurrects deleted objects'
  | 'forgets uploads'
  | 'keeps completed uploads'

const EMPTY: Readonly<Record<string, string>> = {}

export class ToyS3 {
  readonly buckets = new Map<string, Map<string, Stored>>()
  readonly uploads = new Map<string, Upload>()
  readonly #deleted = new Map<string, Stored>()
  readonly #lies: ReadonlySet<Lie>
  #server: Server | undefined
  #port = 0
  #writes = 0

  constructor(lies: readonly Lie[] = []) {
    this.#lies = new Set(lies)
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Listens; the second time on the same port and the same objects. */
  async start(): Promise<number> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => this.#serve(request, Buffer.concat(pieces), response))
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    return 0
  }

  /** Cuts all connections at once, as a SIGKILL does, and applies the lies about what outlives it. */
  async kill(): Promise<void> {
    await this.stop()
    const objects = [...this.buckets.values()][0]
    if (objects === undefined) return
    const [key, stored] = [...objects].at(-1) ?? []
    if (key === undefined || stored === undefined) return
    if (this.#lies.has('loses acknowledged writes')) objects.delete(key)
    if (this.#lies.has('flips a byte') && stored.body.length > 0) stored.body[0] = (stored.body[0] as number) ^ 1
    if (this.#lies.has('mixes metadata of two writes')) stored.op = 'another'
    if (this.#lies.has('forgets uploads')) this.uploads.clear()
    if (this.#lies.has('resurrects deleted objects')) for (const [gone, was] of this.#deleted) objects.set(gone, was)
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }

  #serve(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://toy')
    const [, bucket = '', ...rest] = url.pathname.split('/')
    const key = decodeURIComponent(rest.join('/'))
    const send = (status: number, content: Buffer | string = '', headers = EMPTY): void => {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      response.writeHead(status, { ...headers, 'content-length': bytes.length })
      response.end(bytes)
    }
    if (bucket === '') return send(200, '<ListAllMyBucketsResult/>')
    const objects = this.buckets.get(bucket)
    if (key === '' && request.method === 'PUT') {
      this.buckets.set(bucket, objects ?? new Map<string, Stored>())
      return send(200)
    }
    if (objects === undefined) return send(404, '<Error><Code>NoSuchBucket</Code></Error>')
    if (key === '') return this.#serveBucket(request, url, body, objects, send)
    if (url.searchParams.has('uploads') || url.searchParams.has('uploadId')) {
      return this.#serveUpload(request, url, key, body, objects, send)
    }
    return this.#serveObject(request, key, body, objects, send)
  }

  #serveObject(request: IncomingMessage, key: string, body: Buffer, objects: Map<string, Stored>, send: Send): void {
    const stored = objects.get(key)
    if (request.method === 'GET' || request.method === 'HEAD') {
      if (stored === undefined) return send(404, '<Error><Code>NoSuchKey</Code></Error>')
      const half = this.#lies.has('serves half a body') && stored.body.length > 1
      const content = half ? stored.body.subarray(0, stored.body.length >> 1) : stored.body
      return send(200, content, { etag: stored.etag, 'x-amz-meta-op': stored.op })
    }
    const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch, 'x-amz-copy-source': source } = request.headers
    if (!this.#lies.has('ignores conditions')) {
      if (ifNoneMatch === '*' && stored !== undefined)
        return send(412, '<Error><Code>PreconditionFailed</Code></Error>')
      if (ifMatch !== undefined && stored === undefined) return send(404, '<Error><Code>NoSuchKey</Code></Error>')
      if (ifMatch !== undefined && ifMatch !== stored?.etag)
        return send(412, '<Error><Code>PreconditionFailed</Code></Error>')
    }
    if (request.method === 'DELETE') {
      this.#remove(objects, key)
      return send(204)
    }
    if (typeof source === 'string') {
      const from = objects.get(decodeURIComponent(source).split('/').slice(2).join('/'))
      if (from === undefined) return send(404, '<Error><Code>NoSuchKey</Code></Error>')
      const replaces = request.headers['x-amz-metadata-directive'] === 'REPLACE'
      const op = replaces ? String(request.headers['x-amz-meta-op']) : from.op
      this.#store(objects, key, { body: Buffer.from(from.body), etag: from.etag, op })
      return send(200, `<CopyObjectResult><ETag>${from.etag}</ETag></CopyObjectResult>`)
    }
    const etag = `"${md5(body).toString('hex')}"`
    this.#store(objects, key, { body, etag, op: String(request.headers['x-amz-meta-op'] ?? '') })
    return send(200, '', { etag })
  }

  #serveBucket(request: IncomingMessage, url: URL, body: Buffer, objects: Map<string, Stored>, send: Send): void {
    const query = url.searchParams
    if (request.method === 'DELETE') {
      this.buckets.delete(url.pathname.slice(1))
      return send(204)
    }
    if (query.has('delete')) {
      for (const match of body.toString().matchAll(/<Key>([^<]+)<\/Key>/g)) this.#remove(objects, match[1] as string)
      return send(200, '<DeleteResult/>')
    }
    if (query.has('uploads')) {
      const listed = [...this.uploads].map(
        ([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`,
      )
      return send(200, `<ListMultipartUploadsResult>${listed.join('')}</ListMultipartUploadsResult>`)
    }
    return send(200, this.#list(query, objects))
  }

  #list(query: URLSearchParams, objects: Map<string, Stored>): string {
    const after = query.get('continuation-token') ?? query.get('start-after') ?? ''
    const limit = Number(query.get('max-keys') ?? 1000)
    const prefix = query.get('prefix') ?? ''
    const delimiter = query.get('delimiter')
    const keys = [...objects.keys()].filter((key) => key > after && key.startsWith(prefix)).sort()
    if (delimiter !== null) {
      const prefixes = new Set(
        keys.filter((key) => key.includes(delimiter)).map((key) => key.slice(0, key.indexOf(delimiter) + 1)),
      )
      const listed = [...prefixes]
        .slice(0, limit)
        .map((one) => `<CommonPrefixes><Prefix>${one}</Prefix></CommonPrefixes>`)
      return `<ListBucketResult>${listed.join('')}</ListBucketResult>`
    }
    let page = keys.slice(0, limit).map((key) => {
      const { etag, body } = objects.get(key) as Stored
      return `<Contents><Key>${key}</Key><ETag>${etag.replaceAll('"', '&quot;')}</ETag><Size>${body.length}</Size></Contents>`
    })
    if (this.#lies.has('omits from the listing')) page = page.slice(1)
    if (this.#lies.has('lists what is not there'))
      page.push('<Contents><Key>ghost</Key><ETag>x</ETag><Size>1</Size></Contents>')
    const more = keys.length > limit
    const next = more ? `<NextContinuationToken>${keys[limit - 1]}</NextContinuationToken>` : ''
    return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${page.join('')}</ListBucketResult>`
  }

  #serveUpload(
    request: IncomingMessage,
    url: URL,
    key: string,
    body: Buffer,
    objects: Map<string, Stored>,
    send: Send,
  ): void {
    if (url.searchParams.has('uploads')) {
      const id = randomUUID()
      this.uploads.set(id, { key, op: String(request.headers['x-amz-meta-op'] ?? ''), parts: new Map() })
      return send(200, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`)
    }
    const id = url.searchParams.get('uploadId') ?? ''
    const upload = this.uploads.get(id)
    if (upload === undefined) return send(404, '<Error><Code>NoSuchUpload</Code></Error>')
    const parts = [...upload.parts].sort(([a], [b]) => a - b)
    if (request.method === 'PUT') {
      const etag = `"${md5(body).toString('hex')}"`
      upload.parts.set(Number(url.searchParams.get('partNumber')), { body, etag })
      return send(200, '', { etag })
    }
    if (request.method === 'GET') {
      const listed = parts.map(
        ([n, { etag }]) => `<Part><PartNumber>${n}</PartNumber><ETag>${etag.replaceAll('"', '&quot;')}</ETag></Part>`,
      )
      return send(200, `<ListPartsResult>${listed.join('')}</ListPartsResult>`)
    }
    if (request.method === 'DELETE' || !this.#lies.has('keeps completed uploads')) this.uploads.delete(id)
    if (request.method === 'DELETE') return send(204)
    const bodies = parts.map(([, part]) => part.body)
    const etag = `"${md5(Buffer.concat(bodies.map(md5))).toString('hex')}-${bodies.length}"`
    this.#store(objects, key, { body: Buffer.concat(bodies), etag, op: upload.op })
    return send(200, `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`)
  }

  #store(objects: Map<string, Stored>, key: string, stored: Stored): void {
    this.#writes++
    // Deleted first, so that the last written is last in the map's order.
    objects.delete(key)
    objects.set(key, stored)
  }

  #remove(objects: Map<string, Stored>, key: string): void {
    const stored = objects.get(key)
    if (stored !== undefined) this.#deleted.set(key, stored)
    objects.delete(key)
  }

  /** How many objects were written in all. */
  get writes(): number {
    return this.#writes
  }
}

type Send = (status: number, content?: Buffer | string, headers?: Readonly<Record<string, string>>) => void

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest()
}
