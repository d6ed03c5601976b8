// A server started for a measurement: a data folder, free ports and a key of its own, waited for until it is ready.

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

export interface ServerOptions {
  /** A shell command that runs the server in the foreground. */
  command: string
  /** Kept when given; otherwise a temporary folder that goes away with `remove`. */
  data?: string | undefined
  /** More environment, over the one this sets. */
  environment?: Readonly<Record<string, string>> | undefined
  region: string
  /** Serves over TLS, too, under a certificate of its own making. */
  tls?: boolean
  /** How long to wait for readiness. */
  readySeconds?: number
}

/** The command, configured by the ENTREPOT_* environment; it can be stopped and started again on the same data and ports. */
export class ServerProcess {
  readonly accessKey = 'AKBENCH0000000000000'
  readonly secretKey = 'bench-secret-of-more-than-sixteen'
  readonly data: string
  endpoint = ''
  readonly #options: ServerOptions
  #ports: { s3: number; admin: number; delivery: number; tls: number } | undefined
  #child: ChildProcess | undefined

  constructor(options: ServerOptions) {
    this.#options = options
    this.data = options.data ?? mkdtempSync(join(tmpdir(), 'entrepot-bench-'))
  }

  /** The process; 0 when it does not run. */
  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get adminEndpoint(): string {
    return `http://127.0.0.1:${this.#ports?.admin}`
  }

  get deliveryEndpoint(): string {
    return `http://127.0.0.1:${this.#ports?.delivery}`
  }

  /** Only with `tls`. */
  get tlsEndpoint(): string {
    return `https://127.0.0.1:${this.#ports?.tls}`
  }

  /** The environment that configures the server, and any other command that is to see its data. */
  get environment(): NodeJS.ProcessEnv {
    const { s3, admin, delivery, tls } = this.#ports ?? { s3: 0, admin: 0, delivery: 0, tls: 0 }
    return {
      ...process.env,
      ENTREPOT_DATA: this.data,
      ENTREPOT_S3_LISTEN: `127.0.0.1:${s3}`,
      ENTREPOT_ADMIN_LISTEN: `127.0.0.1:${admin}`,
      ENTREPOT_DELIVERY_LISTEN: `127.0.0.1:${delivery}`,
      ...(this.#options.tls === true && {
        ENTREPOT_TLS_LISTEN: `127.0.0.1:${tls}`,
        ENTREPOT_TLS_SELF_SIGNED: 'true',
      }),
      ENTREPOT_REGION: this.#options.region,
      ENTREPOT_ACCESS_KEY: this.accessKey,
      ENTREPOT_SECRET_KEY: this.secretKey,
      ENTREPOT_LOG_LEVEL: 'warn',
      ...this.#options.environment,
    }
  }

  /** Starts the server; resolves with the milliseconds from spawn to the first 200 of /health/ready. */
  async start(): Promise<number> {
    this.#ports ??= {
      s3: await freePort(),
      admin: await freePort(),
      delivery: await freePort(),
      tls: await freePort(),
    }
    const { s3, admin } = this.#ports
    this.endpoint = `http://127.0.0.1:${s3}`
    const start = performance.now()
    const child = spawn('/bin/sh', ['-c', `exec ${this.#options.command}`], {
      env: this.environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    this.#child = child
    leaveNothingBehind(child)
    const deadline = start + (this.#options.readySeconds ?? 60) * 1000
    while (!(await ready(admin))) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`the server ended with ${child.signalCode ?? `status ${child.exitCode}`}`)
      }
      if (performance.now() > deadline) throw new Error('the server did not become ready in time')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return performance.now() - start
  }

  /** Ends the server gracefully, or after 15 s by force. */
  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), 15_000)
    await ended
    clearTimeout(force)
  }

  /** SIGKILL: ends the server without a chance to finish anything. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }

  /** Removes a data folder that was made here. */
  remove(): void {
    if (this.#options.data === undefined) rmSync(this.data, { recursive: true, force: true })
  }
}

let watching = false
const running = new Set<ChildProcess>()

/** Ends the server with this program, however that ends short of SIGKILL. */
function leaveNothingBehind(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
  if (watching) return
  watching = true
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
  process.once('exit', () => {
    for (const one of running) one.kill('SIGKILL')
  })
}

async function ready(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/health/ready', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('error', () => resolve(false))
    request.setTimeout(2000, () => request.destroy())
  })
}
