/** A server with a vendor's profile for a file of tests, its command line, and the proxy that speaks TLS in front of it where one is asked for. */
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { after, before } from 'node:test'
import { send, type RawAnswer, type RawRequest } from './request.ts'
import { command, startServer, type TestServer } from './server.ts'
import type { Credentials } from './sign.ts'
import { behindProxy, noTls, startTlsProxy, type TlsProxy } from './tls-proxy.ts'
import { run, tryRun } from './tools.ts'

export interface VendorOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Host names for the certificate of a TLS proxy; without any there is no proxy. */
  readonly tlsNames?: readonly string[]
  /** What is to be there before the first test. A hook of its own might run before the server does. */
  prepare?(started: Vendor): Promise<void>
}

export interface Vendor {
  readonly server: TestServer
  /** Throws where none was asked for. */
  readonly proxy: TlsProxy
  /** Sends a request and says it came by TLS, as a proxy does. */
  ask(request: RawRequest): Promise<RawAnswer>
  /** `ask`, and how it ended: `200`, `404 NoSuchKey`. */
  outcome(request: RawRequest): Promise<string>
  /** Runs entrepot's command line, which must succeed, and gives what it answers in JSON. */
  order<T = unknown>(...args: string[]): Promise<T>
  /** Runs entrepot's command line, which must fail, and gives what it says. */
  refusal(...args: string[]): Promise<string>
  /**
   * Runs curl, to which every host is this machine, and whose requests to port 80 reach the server and those to 443 the proxy; gives what it writes.
   */
  curl(...args: string[]): Promise<string>
  /** A key of another account. */
  otherAccount(name: string): Promise<Credentials>
}

/** For `skip`: servers with settings of their own can't be had where the tests run against one that is there already. */
export const noVendor: string | false = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'needs a server of its own' : false

/** For `skip`, of tests that use the proxy. */
export const noVendorTls: string | false = noVendor === false ? noTls() : noVendor

/** How an answer ended: its status, and the code of its error. */
export const outcomeOf = ({ status, code }: RawAnswer): string => (code === '' ? `${status}` : `${status} ${code}`)

/** Starts the server before the tests of the file or suite, and stops it after them. */
export function vendor(profile: string, { env = {}, tlsNames, prepare }: VendorOptions = {}): Vendor {
  const started: { server?: TestServer; proxy?: TlsProxy } = {}
  before(async () => {
    if (noVendor !== false) return
    started.server = await startServer({ env: { ENTREPOT_PROFILE: profile, ...behindProxy, ...env } })
    if (tlsNames !== undefined && noVendorTls === false) started.proxy = await startTlsProxy(started.server, tlsNames)
    await prepare?.(made)
  })
  after(async () => {
    await started.proxy?.stop()
    await started.server?.stop()
  })
  const server = (): TestServer => {
    assert.ok(started.server, 'the server runs while tests do')
    return started.server
  }
  const cli = (args: readonly string[]) => {
    const [program = '', ...rest] = command
    return tryRun(program, [...rest, ...args], { env: server().env, cwd: tmpdir() })
  }
  const ask = (request: RawRequest): Promise<RawAnswer> =>
    send(server(), { ...request, headers: { 'x-forwarded-proto': 'https', ...request.headers } })
  async function order<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await cli([...args, '--json'])
    assert.equal(code, 0, `entrepot ${args.join(' ')}: ${stderr}`)
    return JSON.parse(stdout) as T
  }
  const made: Vendor = {
    get server() {
      return server()
    },
    get proxy() {
      assert.ok(started.proxy, 'the proxy was asked for')
      return started.proxy
    },
    ask,
    outcome: async (request) => outcomeOf(await ask(request)),
    order,
    async refusal(...args) {
      const { code, stdout, stderr } = await cli(args)
      assert.notEqual(code, 0, `entrepot ${args.join(' ')}: ${stdout}`)
      return stderr
    },
    curl(...args) {
      const { proxy } = started
      const ports = ['--connect-to', `:80:127.0.0.1:${server().port}`]
      if (proxy !== undefined)
        ports.push('--connect-to', `:443:127.0.0.1:${proxy.port}`, '--cacert', proxy.certificateFile)
      return run('curl', ['--silent', '--show-error', ...ports, ...args])
    },
    otherAccount: (name) => order<Credentials>('accounts', 'create', name),
  }
  return made
}
