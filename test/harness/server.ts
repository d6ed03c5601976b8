/**
 * Starts an entrepot of its own for a test, as a stranger would: `entrepot serve` with settings in the environment, on free ports and a new
 * data folder. Where ENTREPOT_TEST_ENDPOINT names a server, that one is used instead, and the tests that need to stop it are skipped.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = join(import.meta.dirname, '../..')
const readyTimeoutSeconds = 20
const stopTimeoutSeconds = 20
const logSizeMax = 4 * 1024 * 1024

export interface StartOptions {
  /** Settings over those the harness gives. */
  readonly env?: Readonly<Record<string, string>>
  /** A data folder that is there already, or shall stay: it is not removed when the server stops. */
  readonly keepData?: string
  /** Serves over TLS, too, with a certificate of its own making: its authority is `tls/ca.pem` in the data folder. */
  readonly tls?: boolean
}

export interface TestServer {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  readonly host: string
  readonly port: number
  readonly adminEndpoint: string
  /** Of delivery, in plain HTTP. */
  readonly deliveryEndpoint: string
  /** For everything over TLS, under a certificate of the server's own authority; '' unless started with `tls`. */
  readonly tlsEndpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
  /** The domain on which virtual-hosted style is answered: `<bucket>.<domain>`. */
  readonly domain: string
  readonly dataFolder: string
  /** What the server was started with; the command line wants the same. */
  readonly env: Readonly<Record<string, string>>
  /** 0 where the server is not ours. */
  readonly pid: number
  /** Not ours to stop: named by ENTREPOT_TEST_ENDPOINT. */
  readonly external: boolean
  /** All it has written so far, to both outputs. */
  log(): string
  /** SIGTERM, and waits for the end; throws unless it ends with 0 in time. Removes the data folder. */
  stop(): Promise<void>
  /** SIGKILL, and waits for the end; the data folder stays, for `restart`. */
  kill(): Promise<void>
  /** Stops it if it runs (SIGTERM) and starts it again on the same ports and data. */
  restart(): Promise<void>
}

/** The command that runs entrepot: from source, or what was compiled where ENTREPOT_TEST_DIST=1. */
export const command: readonly string[] =
  process.env['ENTREPOT_TEST_DIST'] === '1'
    ? [process.execPath, join(root, 'bin/entrepot.js')]
    : [process.execPath, join(root, 'src/main.ts')]

/** Ports that nobody listens on at this moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/** The environment without settings that the developer may have, so that a test sees only its own. */
export function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(ENTREPOT|AWS|NODE_TEST)_/.test(entry[0]),
  )
  return Object.fromEntries(entries)
}

/** Starts a server and waits until it is ready (20 s at most). Throws, with what it wrote, when it ends before that. */
export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const endpoint = process.env['ENTREPOT_TEST_ENDPOINT']
  if (endpoint !== undefined && endpoint !== '') return externalServer(endpoint)

  const dataFolder = options.keepData ?? (await mkdtemp(join(tmpdir(), 'entrepot-test-')))
  const [port = 0, adminPort = 0, deliveryPort = 0, tlsPort = 0] = await freePorts(4)
  const env: Record<string, string> = {
    ENTREPOT_DATA: dataFolder,
    ENTREPOT_S3_LISTEN: `127.0.0.1:${port}`,
    ENTREPOT_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
    ENTREPOT_DELIVERY_LISTEN: `127.0.0.1:${deliveryPort}`,
    ENTREPOT_REGION: 'us-east-1',
    ENTREPOT_DOMAIN: 'localhost',
    ENTREPOT_ACCESS_KEY: 'AKIATESTENTREPOT0001',
    ENTREPOT_SECRET_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYTESTKEY00',
    ...(options.tls === true && { ENTREPOT_TLS_LISTEN: `127.0.0.1:${tlsPort}`, ENTREPOT_TLS_SELF_SIGNED: 'true' }),
    ...options.env,
  }
  const [, s3Port = String(port)] = /:(\d+)$/.exec(env['ENTREPOT_S3_LISTEN'] ?? '') ?? []
  const [, healthPort = String(adminPort)] = /:(\d+)$/.exec(env['ENTREPOT_ADMIN_LISTEN'] ?? '') ?? []
  const adminEndpoint = `http://127.0.0.1:${healthPort}`
  const process_ = new ServerProcess(env, adminEndpoint)
  const removeData = async (): Promise<void> => {
    if (options.keepData === undefined) await rm(dataFolder, { recursive: true, force: true })
  }
  try {
    await process_.start()
  } catch (error) {
    await removeData()
    throw error
  }
  return {
    endpoint: `http://127.0.0.1:${s3Port}`,
    host: '127.0.0.1',
    port: Number(s3Port),
    adminEndpoint,
    deliveryEndpoint: `http://${env['ENTREPOT_DELIVERY_LISTEN']}`,
    tlsEndpoint: options.tls === true ? `https://${env['ENTREPOT_TLS_LISTEN']}` : '',
    accessKeyId: env['ENTREPOT_ACCESS_KEY'] ?? '',
    secretAccessKey: env['ENTREPOT_SECRET_KEY'] ?? '',
    region: env['ENTREPOT_REGION'] ?? '',
    domain: env['ENTREPOT_DOMAIN'] ?? '',
    dataFolder,
    env,
    external: false,
    get pid() {
      return process_.pid
    },
    log: () => process_.log,
    async stop() {
      try {
        await process_.stop()
      } finally {
        await removeData()
      }
    },
    kill: () => process_.kill(),
    async restart() {
      await process_.stop()
      await process_.start()
    },
  }
}

/** One server process after another with the same settings. */
class ServerProcess {
  readonly #env: Readonly<Record<string, string>>
  readonly #adminEndpoint: string
  #child: ChildProcess | undefined
  #ended: Promise<string> = Promise.resolve('')
  log = ''

  constructor(env: Readonly<Record<string, string>>, adminEndpoint: string) {
    this.#env = env
    this.#adminEndpoint = adminEndpoint
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  async start(): Promise<void> {
    const [program = '', ...args] = command
    const child = spawn(program, [...args, 'serve'], {
      // Not the project's folder: a configuration file there is the developer's.
      cwd: tmpdir(),
      env: { ...cleanEnvironment(), ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    const keep = (chunk: Buffer): void => {
      this.log = (this.log + chunk.toString()).slice(-logSizeMax)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const ending = { how: '' }
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => resolve((ending.how = error.message)))
      child.once('close', (code, signal) => resolve((ending.how = signal ?? `code ${code}`)))
    })
    const deadline = Date.now() + readyTimeoutSeconds * 1000
    while (!(await isReady(this.#adminEndpoint))) {
      if (ending.how !== '') throw new Error(`the server ended with ${ending.how} before it was ready:\n${this.log}`)
      if (Date.now() > deadline) {
        await this.kill()
        throw new Error(`the server was not ready after ${readyTimeoutSeconds} s:\n${this.log}`)
      }
      await sleep(25)
    }
  }

  async stop(): Promise<void> {
    if (this.#child === undefined) return
    this.#child.kill('SIGTERM')
    const aborter = new AbortController()
    const late = sleep(stopTimeoutSeconds * 1000, 'late', { signal: aborter.signal }).catch(() => '')
    const how = await Promise.race([this.#ended, late])
    aborter.abort()
    if (how === 'late') await this.kill()
    this.#child = undefined
    if (how !== 'code 0') throw new Error(`the server ended with ${how} after SIGTERM:\n${this.log}`)
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#ended
    this.#child = undefined
  }
}

async function isReady(adminEndpoint: string): Promise<boolean> {
  try {
    const answer = await fetch(`${adminEndpoint}/health/ready`, { signal: AbortSignal.timeout(2000) })
    await answer.arrayBuffer()
    return answer.status === 200
  } catch {
    return false
  }
}

function externalServer(endpoint: string): TestServer {
  const url = new URL(endpoint)
  const setting = (name: string, otherwise: string): string => process.env[`ENTREPOT_TEST_${name}`] ?? otherwise
  const refuse = (): Promise<never> =>
    Promise.reject(new Error('ENTREPOT_TEST_ENDPOINT names a server that is not ours to stop'))
  return {
    endpoint: url.origin,
    host: url.hostname,
    port: Number(url.port || 80),
    adminEndpoint: setting('ADMIN_ENDPOINT', ''),
    deliveryEndpoint: setting('DELIVERY_ENDPOINT', ''),
    tlsEndpoint: setting('TLS_ENDPOINT', ''),
    accessKeyId: setting('ACCESS_KEY', ''),
    secretAccessKey: setting('SECRET_KEY', ''),
    region: setting('REGION', 'us-east-1'),
    domain: setting('DOMAIN', 'localhost'),
    dataFolder: '',
    env: {},
    pid: 0,
    external: true,
    log: () => '',
    stop: () => Promise.resolve(),
    kill: refuse,
    restart: refuse,
  }
}
