/**
 * Clients of delivery for tests: connections by each protocol that it speaks, every host that a bucket has, tokens as a customer makes
 * them, and every way that one can come with a request.
 */
import { createPrivateKey, sign } from 'node:crypto'
import { Agent, request as plainRequest, type IncomingMessage } from 'node:http'
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { connect as connectTls } from 'node:tls'
import type { ManagementClient } from './management.ts'
import { send } from './request.ts'
import type { TestServer } from './server.ts'
import type { Credentials } from './sign.ts'

/** By plain HTTP/1.1 to the delivery listener; by HTTP/1.1 or HTTP/2 to the one for everything over TLS. */
export type Over = 'h1' | 'tls' | 'h2'
export const protocols: readonly Over[] = ['h1', 'tls', 'h2']

export interface Ask {
  readonly method?: string
  /** As it goes on the wire, with its port where it has one. */
  readonly host: string
  /** Path and query, as they go on the wire. */
  readonly target: string
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  /** Names in lower case; repeated ones joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  readonly text: string
}

export interface Connection {
  ask(ask: Ask): Promise<Answer>
  close(): void
}

const answerTimeoutMs = 30_000

/** One connection, kept open between requests. Certificates are not looked at: test/acceptance/tls.test.ts does that. */
export function openConnection(server: TestServer, over: Over, serverName = 'localhost'): Connection {
  return over === 'h2' ? openHttp2(server, serverName) : openHttp1(server, over === 'tls', serverName)
}

/** By a connection of its own. */
export async function ask(server: TestServer, over: Over, what: Ask): Promise<Answer> {
  const connection = openConnection(server, over, nameOf(what.host))
  try {
    return await connection.ask(what)
  } finally {
    connection.close()
  }
}

const nameOf = (host: string): string => host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
const portOf = (url: string): number => Number(new URL(url).port)
/** No server name for an address (RFC 6066 3). */
const serverNameOf = (name: string): string => (/^[\d.]+$/.test(name) ? '' : name)

function openHttp1(server: TestServer, secure: boolean, name: string): Connection {
  const options = { keepAlive: true, maxSockets: 1 }
  const agent = secure
    ? new SecureAgent({ ...options, rejectUnauthorized: false, servername: serverNameOf(name) })
    : new Agent(options)
  const port = portOf(secure ? server.tlsEndpoint : server.deliveryEndpoint)
  return {
    close: () => agent.destroy(),
    ask({ method = 'GET', host, target, headers = {}, body }) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      const outgoing = (secure ? secureRequest : plainRequest)({
        ...{ agent, host: '127.0.0.1', port, method, path: target, signal: AbortSignal.timeout(answerTimeoutMs) },
        headers: { host, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }), ...headers },
      })
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        incoming.on('error', reject)
        void collect(incoming).then((bytes) => resolve(answerOf(incoming.statusCode ?? 0, incoming.headers, bytes)))
      })
      outgoing.end(body)
      return promise
    },
  }
}

async function collect(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function openHttp2(server: TestServer, name: string): Connection {
  const session: ClientHttp2Session = connectHttp2(server.tlsEndpoint, {
    createConnection: () =>
      connectTls({
        ...{ host: '127.0.0.1', port: portOf(server.tlsEndpoint), ALPNProtocols: ['h2'] },
        ...{ servername: serverNameOf(name), rejectUnauthorized: false },
      }),
  })
  session.on('error', () => undefined)
  return {
    close: () => session.destroy(),
    ask({ method = 'GET', host, target, headers = {}, body }) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      const stream = session.request(
        { ':method': method, ':authority': host, ':path': target, ':scheme': 'https', ...headers },
        { endStream: body === undefined },
      )
      const chunks: Buffer[] = []
      let head: Readonly<Record<string, unknown>> = {}
      stream.on('response', (received) => (head = received))
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', reject)
      stream.on('end', () => resolve(answerOf(Number(head[':status']), head, Buffer.concat(chunks))))
      stream.setTimeout(answerTimeoutMs, () => stream.destroy(new Error(`no answer to ${target}`)))
      if (body !== undefined) stream.end(body)
      return promise
    },
  }
}

function answerOf(status: number, received: Readonly<Record<string, unknown>>, body: Buffer): Answer {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(received))
    if (!name.startsWith(':') && value !== undefined)
      headers[name] = Array.isArray(value) ? value.join(', ') : (value as string | number).toString()
  return { status, headers, body, text: body.toString() }
}

/** A host of a bucket, and the protocols that it is asked by. */
export interface Site {
  readonly what: string
  /** With its port. */
  hostOver(over: Over): string
  /** What stands before the key: `/`, or `/bucket/`. */
  readonly root: string
  readonly over: readonly Over[]
}

/** The hosts that every bucket has; `domain` is a custom one that shows it, `accountDomain` one that shows all of its account's. */
export function sitesOf(
  server: TestServer,
  bucket: string,
  { domain, accountDomain }: { readonly domain?: string; readonly accountDomain?: string } = {},
): Site[] {
  const site = (what: string, name: string, root: string, over: readonly Over[] = protocols): Site => ({
    ...{ what, root, over },
    hostOver: (by) => `${name}:${portOf(by === 'h1' ? server.deliveryEndpoint : server.tlsEndpoint)}`,
  })
  return [
    site("the bucket's host", `${bucket}.media-storage.${server.region}.${server.domain}`, '/'),
    site('a bare address', '127.0.0.1', `/${bucket}/`, ['h1']),
    site("delivery's host", `media-storage.${server.domain}`, `/${bucket}/`),
    ...(domain === undefined ? [] : [site('a custom domain', domain, '/')]),
    ...(accountDomain === undefined ? [] : [site("an account's domain", accountDomain, `/${bucket}/`)]),
  ]
}

export interface SigningKey {
  readonly id: string
  /** PKCS#1, PEM. */
  readonly private_key: string
}

export async function makeSigningKey(management: ManagementClient, bucket: string): Promise<SigningKey> {
  return (await management.done<{ signing_key: SigningKey }>('POST /v1/signing-keys', { bucket })).signing_key
}

/** Every token that was made by this process: none of them may stand anywhere afterwards. */
export const minted: string[] = []

export const encodePart = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')

/** As a customer makes one (docs/tokens.md), whatever stands in it. A header's member that is undefined is left out. */
export function tokenOf(key: SigningKey, claims: object | string, header: object = {}): string {
  const signed = `${encodePart({ alg: 'RS256', typ: 'JWT', kid: key.id, ...header })}.${encodePart(claims)}`
  const token = `${signed}.${sign('sha256', Buffer.from(signed), createPrivateKey(key.private_key)).toString('base64url')}`
  minted.push(token)
  return token
}

/** How a token comes. By exchange: the cookie that is asked for with it is what comes. */
export type Way = 'query' | 'path' | 'cookie' | 'exchange'
export const ways: readonly Way[] = ['query', 'path', 'cookie', 'exchange']

/** What asks for a key, escaped as it shall be, with a token in the query, the path or a cookie. */
export function carrying(
  way: Exclude<Way, 'exchange'>,
  root: string,
  key: string,
  token: string,
): Pick<Ask, 'target' | 'headers'> {
  const question = key.includes('?') ? '&' : '?'
  if (way === 'query') return { target: `${root}${key}${question}auth=${token}` }
  if (way === 'path') return { target: `${root}~auth=${token}/${key}` }
  return { target: root + key, headers: { cookie: `auth=${token}` } }
}

/** What asks for the cookie, and to be led to the key. */
export const exchanging = (root: string, key: string, token: string): string =>
  `${root}~auth?auth=${token}&to=${encodeURIComponent(root + key)}`

/** The answer to who comes by that way: of an exchange, the one to the request that follows it, unless it is refused itself. */
export async function comeBy(
  { ask: askHere }: Pick<Connection, 'ask'>,
  way: Way,
  { host, root }: { readonly host: string; readonly root: string },
  key: string,
  token: string,
): Promise<Answer> {
  if (way !== 'exchange') return askHere({ host, ...carrying(way, root, key, token) })
  const led = await askHere({ host, target: exchanging(root, key, token) })
  const { location, 'set-cookie': cookie } = led.headers
  if (led.status !== 303 || location === undefined || cookie === undefined) return led
  return askHere({ host, target: location, headers: { cookie: cookie.split(';', 1)[0]! } })
}

/** A key as it stands in a URL. */
export const escapeKey = (key: string): string => key.split('/').map(encodeURIComponent).join('/')

/** Puts an object by S3. Throws unless it is taken. */
export async function putObject(
  server: TestServer,
  bucket: string,
  key: string,
  body: string | Uint8Array,
  {
    headers,
    credentials,
  }: { readonly headers?: Readonly<Record<string, string>>; readonly credentials?: Credentials } = {},
): Promise<void> {
  const path = `/${bucket}/${key.split('/').map(escapeForS3).join('/')}`
  await byS3(server, { method: 'PUT', path, body, ...(headers && { headers }), ...(credentials && { credentials }) })
}

/** Signatures are of what RFC 3986 escapes, which encodeURIComponent does not all. */
export const escapeForS3 = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** A request to S3 that must succeed. */
export async function byS3(server: TestServer, request: Parameters<typeof send>[1]): ReturnType<typeof send> {
  const answer = await send(server, request)
  if (answer.status > 299) throw new Error(`${request.method} ${request.path}: ${answer.status} ${answer.text}`)
  return answer
}
