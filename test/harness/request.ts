/** Raw HTTP requests for tests: the target, the headers and the body go out exactly as given, signed or not. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import {
  sha256Hex,
  signHeader2,
  signHeader4,
  signQuery2,
  signQuery4,
  type Credentials,
  type SigningScope,
  type Unsigned,
} from './sign.ts'
import type { TestServer } from './server.ts'

const answerTimeoutSeconds = 60

export interface RawRequest {
  readonly method?: string
  /** As it goes on the wire: escaped, beginning with `/`. */
  readonly path: string
  /** As it goes on the wire, without the `?`. */
  readonly query?: string
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** `header4` where absent. */
  readonly sign?: 'header4' | 'query4' | 'header2' | 'query2' | 'none'
  /** x-amz-content-sha256: the body's hash (where absent), UNSIGNED-PAYLOAD, or anything. */
  readonly payload?: string
  readonly date?: Date
  readonly region?: string
  readonly service?: string
  readonly credentials?: Credentials
  readonly signedHeaders?: readonly string[]
  /** Seconds for `query4` (X-Amz-Expires), seconds since 1970 for `query2` (Expires). */
  readonly expires?: string
  /** Changes what goes on the wire after it has been signed. */
  readonly tamper?: (wire: Wire) => void
}

/** What goes on the wire. */
export interface Wire {
  method: string
  path: string
  query: string
  headers: Record<string, string>
  body: Uint8Array
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly text: string
  /** The `<Code>` of an error; '' where there is none. */
  readonly code: string
  /** Whether 100-continue came before the answer. */
  readonly continued: boolean
}

/** Signs the request and gives it as it would go on the wire. */
export function sign(server: TestServer, request: RawRequest): Wire {
  const body = typeof request.body === 'string' ? Buffer.from(request.body) : (request.body ?? Buffer.alloc(0))
  const unsigned: Unsigned = {
    method: request.method ?? 'GET',
    path: request.path,
    query: request.query ?? '',
    headers: { host: `${server.host}:${server.port}`, ...request.headers },
  }
  const way = request.sign ?? 'header4'
  const payload = request.payload ?? (way === 'query4' ? undefined : sha256Hex(body))
  const scope: SigningScope = {
    credentials: request.credentials ?? server,
    region: request.region ?? server.region,
    date: request.date ?? new Date(),
    ...(request.service !== undefined && { service: request.service }),
    ...(payload !== undefined && { payload }),
    ...(request.signedHeaders !== undefined && { signedHeaders: request.signedHeaders }),
  }
  const signed = {
    none: () => ({ headers: { ...unsigned.headers }, query: unsigned.query }),
    header4: () => signHeader4(unsigned, scope),
    header2: () => signHeader2(unsigned, scope),
    query4: () => signQuery4(unsigned, scope, request.expires ?? '900'),
    query2: () => signQuery2(unsigned, scope, request.expires ?? String(Math.floor(scope.date.getTime() / 1000) + 900)),
  }[way]()
  const wire: Wire = { ...unsigned, headers: { ...signed.headers }, query: signed.query, body }
  request.tamper?.(wire)
  return wire
}

/** The URL of a request signed by its query. */
export function presign(server: TestServer, request: RawRequest): string {
  const wire = sign(server, { sign: 'query4', ...request })
  return `http://${wire.headers['host']}${wire.path}?${wire.query}`
}

/** Sends the request on a connection of its own and gives the answer, whatever its status. With `expect: 100-continue` the body waits. */
export function send(server: TestServer, request: RawRequest): Promise<RawAnswer> {
  const wire = sign(server, request)
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  let continued = false
  const waits = wire.headers['expect']?.toLowerCase() === '100-continue'
  const headers: Record<string, string> = { ...wire.headers }
  const hasLength = 'content-length' in headers || 'transfer-encoding' in headers
  if (!hasLength && (wire.body.length > 0 || wire.method === 'PUT' || wire.method === 'POST'))
    headers['content-length'] = String(wire.body.length)
  const outgoing = httpRequest({
    agent: false,
    host: server.host,
    port: server.port,
    method: wire.method,
    path: wire.path + (wire.query === '' ? '' : '?' + wire.query),
    headers,
    signal: AbortSignal.timeout(answerTimeoutSeconds * 1000),
  })
  outgoing.on('continue', () => {
    continued = true
    outgoing.end(wire.body)
  })
  outgoing.on('error', reject)
  outgoing.on('response', (incoming) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', reject)
    incoming.on('end', () => {
      outgoing.destroy()
      const body = Buffer.concat(chunks)
      const text = body.toString()
      const [, code = ''] = /<Code>([^<]*)<\/Code>/.exec(text) ?? []
      const { statusCode: status = 0, headers: received, rawHeaders } = incoming
      resolve({ status, headers: received, rawHeaders, body, text, code, continued })
    })
  })
  if (waits) outgoing.flushHeaders()
  else outgoing.end(wire.body)
  return promise
}

/** Sends bytes as they are and gives all that comes back until the server closes or nothing has come for `quietSeconds`. */
export function sendBytes(server: TestServer, bytes: Uint8Array | string, quietSeconds = 2): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  const socket = connect(server.port, server.host)
  const done = (): void => {
    socket.destroy()
    resolve(Buffer.concat(chunks).toString('latin1'))
  }
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', done)
  socket.on('close', done)
  socket.setTimeout(quietSeconds * 1000, done)
  socket.write(bytes)
  return promise
}

/** The text of an XML element, unescaped; '' where there is none. For tests that read one or two values. */
export function element(xml: string, name: string): string {
  return elements(xml, name)[0] ?? ''
}

/** The texts of all XML elements of the name, unescaped, in order. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map(([, text = '']) =>
    text
      .replace(/&#(x?)([0-9a-fA-F]+);/g, (_, hex: string, digits: string) =>
        String.fromCodePoint(parseInt(digits, hex === '' ? 10 : 16)),
      )
      .replace(
        /&(lt|gt|quot|apos|amp);/g,
        (_, entity: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'" })[entity] ?? '&',
      ),
  )
}
