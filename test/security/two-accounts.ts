/** A server with two accounts, and what one of them tries on the other: the harness's account is the victim, a second one the attacker. */
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { bucketName } from '../harness/names.ts'
import { elements, send, sendBytes, sign, type RawAnswer, type RawRequest } from '../harness/request.ts'
import { command, startServer, type StartOptions, type TestServer } from '../harness/server.ts'
import { escapeKey, type Credentials } from '../harness/sign.ts'
import { run } from '../harness/tools.ts'

/** A second account is made with the server's own command line. */
export const skip: string | false =
  process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'

export interface TwoAccounts {
  readonly server: TestServer
  readonly attacker: Credentials
  /** A bucket of the attacker's, empty. */
  readonly mine: string
  /** A bucket of the victim's. */
  readonly theirs: string
}

export async function startTwoAccounts(purpose: string, options: StartOptions = {}): Promise<TwoAccounts> {
  const server = await startServer(options)
  try {
    const [program = '', ...args] = command
    const made = await run(program, [...args, 'accounts', 'create', 'attacker', '--json'], {
      env: server.env,
      cwd: tmpdir(),
    })
    const { accessKeyId, secretAccessKey } = JSON.parse(made) as Credentials
    const attacker = { accessKeyId, secretAccessKey }
    const [mine, theirs] = [bucketName(`${purpose}-mine`), bucketName(`${purpose}-theirs`)]
    await succeeds(server, { method: 'PUT', path: `/${mine}`, credentials: attacker })
    await succeeds(server, { method: 'PUT', path: `/${theirs}` })
    return { server, attacker, mine, theirs }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Asserts an answer of 2xx. */
export async function succeeds(server: TestServer, request: RawRequest): Promise<RawAnswer> {
  const answer = await send(server, request)
  assert.equal(Math.floor(answer.status / 100), 2, `${request.path}: ${answer.status} ${answer.text}`)
  return answer
}

/** Asserts an answer of this status and code. */
export async function refuses(
  server: TestServer,
  request: RawRequest,
  status: number,
  code: string,
): Promise<RawAnswer> {
  const answer = await send(server, request)
  const told = request.method === 'HEAD' ? code : answer.code
  assert.deepEqual([answer.status, told], [status, code], `${request.method ?? 'GET'} ${request.path}: ${answer.text}`)
  return answer
}

/** The keys of a bucket, in order. */
export async function keysIn(server: TestServer, bucket: string, credentials?: Credentials): Promise<string[]> {
  const owner = credentials === undefined ? {} : { credentials }
  const { text } = await succeeds(server, { path: `/${bucket}`, query: 'list-type=2&encoding-type=url', ...owner })
  return elements(text, 'Key').map(decodeURIComponent)
}

/** All that a bucket holds: key → body; and its unfinished uploads. */
export async function contentOf(
  server: TestServer,
  bucket: string,
  credentials?: Credentials,
): Promise<Record<string, string>> {
  const owner = credentials === undefined ? {} : { credentials }
  const content: [string, string][] = []
  for (const key of await keysIn(server, bucket, credentials)) {
    const { text, headers } = await succeeds(server, { path: `/${bucket}/${escapeKey(key)}`, ...owner })
    content.push([key, `${headers.etag} ${headers['last-modified']} ${text}`])
  }
  const { text } = await succeeds(server, { path: `/${bucket}`, query: 'uploads', ...owner })
  return Object.fromEntries([...content, ['uploads', elements(text, 'UploadId').join()]])
}

/** The request as bytes, sent on a connection of its own: all bytes of the answer in Latin-1, whether it ends well or not. */
export function exchange(server: TestServer, request: RawRequest): Promise<string> {
  const wire = sign(server, request)
  const target = wire.query === '' ? wire.path : `${wire.path}?${wire.query}`
  const headers = { ...wire.headers, connection: 'close', 'content-length': String(wire.body.length) }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = Buffer.from(`${wire.method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
  return sendBytes(server, Buffer.concat([head, wire.body]), 20)
}
