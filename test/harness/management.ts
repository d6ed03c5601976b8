/** A client of the management API, for tests: an API key by the command line, a token for it, and requests with that. */
import { tmpdir } from 'node:os'
import { cleanEnvironment, command, type TestServer } from './server.ts'
import { run } from './tools.ts'

export interface ManagementAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body; undefined where it is no JSON. */
  readonly json: unknown
  /** The error's code, where it is one. */
  readonly code: string | undefined
}

export interface ManagementClient {
  readonly token: string
  /** `PUT /v1/buckets/b/policy/public`, with a body in JSON where one is given. */
  send(line: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<ManagementAnswer>
  /** The same, and throws unless it is answered with 2xx. */
  done<T = unknown>(line: string, body?: unknown): Promise<T>
}

/** Runs the server's own command line, and gives what it prints in JSON. */
export async function cli<T = unknown>(server: Pick<TestServer, 'env'>, ...args: string[]): Promise<T> {
  const [program = '', ...first] = command
  const env = { ...cleanEnvironment(), ...server.env }
  return JSON.parse(await run(program, [...first, ...args, '--json'], { env, cwd: tmpdir() })) as T
}

/** Of the first account, as its owner, unless told otherwise: `['--account', 'other', '--role', 'member']`. */
export async function managementClient(server: TestServer, options: readonly string[] = []): Promise<ManagementClient> {
  const { api_key } = await cli<{ api_key: string }>(server, 'api-keys', 'create', 'test', ...options)
  const answer = await request(server, `POST /v1/access_token/${api_key}`)
  return clientOf(server, (answer.json as { access_token: string }).access_token)
}

export function clientOf(server: TestServer, token: string): ManagementClient {
  const send: ManagementClient['send'] = (line, body, headers = {}) =>
    request(server, line, body, { authorization: `Bearer ${token}`, ...headers })
  return {
    token,
    send,
    async done<T>(line: string, body?: unknown) {
      const { status, text, json } = await send(line, body)
      if (status < 200 || status > 299) throw new Error(`${line}: ${status} ${text}`)
      return json as T
    },
  }
}

/** A request to the admin listener, with no token but what the headers say. */
export async function request(
  { adminEndpoint }: Pick<TestServer, 'adminEndpoint'>,
  line: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<ManagementAnswer> {
  const [method = '', path = ''] = line.split(' ')
  const response = await fetch(adminEndpoint + path, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
    redirect: 'manual',
  })
  const text = await response.text()
  const json = parse(text)
  const code = (json as { error?: { code?: string } } | undefined)?.error?.code
  return { status: response.status, headers: response.headers, text, json, code }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
