/** Pebble, a certificate authority for tests that speaks ACME (Debian's package `pebble`): started on free ports, and stopped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../src/base/clock.ts'
import { systemRandom } from '../../src/base/random.ts'
import { openSelfSigned } from '../../src/sites/self-signed.ts'
import { cleanEnvironment } from './server.ts'

export interface Pebble extends AsyncDisposable {
  readonly directoryUrl: string
  /** PEM of what has to be trusted to speak with the directory. */
  readonly caFile: string
  /** PEM of the root of what it issues: another at each start. */
  root(): Promise<string>
  stop(): Promise<void>
}

export interface PebbleOptions {
  /** Where challenges are asked for, at the addresses that the DNS gives. */
  readonly challengePort: number
  /** `127.0.0.1:port` */
  readonly dnsAddress: string
  readonly env?: Readonly<Record<string, string>>
}

/** A name that it refuses to issue for. */
export const blockedName = 'blocked.example.com'

const program = 'pebble'
const startSecondsMax = 20

/** Throws where it is not installed or does not start. */
export async function startPebble({ challengePort, dnsAddress, env = {} }: PebbleOptions): Promise<Pebble> {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-pebble-'))
  const tls = await openSelfSigned({ folder: join(folder, 'tls'), names: [], clock: systemClock, random: systemRandom })
  const [port, managementPort] = [await freePort(), await freePort()]
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: tls.files.certificate,
    privateKey: tls.files.key,
    httpPort: challengePort,
    tlsPort: challengePort,
    domainBlocklist: [blockedName],
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ pebble }))
  const child = spawn(program, ['-config', join(folder, 'config.json'), '-dnsserver', dnsAddress], {
    env: { ...cleanEnvironment(), PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0', PEBBLE_AUTHZREUSE: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void (said += chunk.toString()))
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENOENT' ? missing : error.message))
    child.on('exit', (code) => resolve(`pebble ended with code ${code}:\n${said}`))
  })
  const ca = readFileSync(tls.caFile)
  const directoryUrl = `https://127.0.0.1:${port}/dir`
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const answers = waitFor(async () => (await fetchText(directoryUrl, ca)).includes('newOrder'))
  const fault = await Promise.race([ended, answers])
  if (fault !== undefined) {
    await stop()
    throw new Error(fault)
  }
  return {
    directoryUrl,
    caFile: tls.caFile,
    root: () => fetchText(`https://127.0.0.1:${managementPort}/roots/0`, ca),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const missing = 'pebble is not installed, and certificates cannot be tested without it. Run: apt-get install pebble'

/** A reason where it does not come true. */
async function waitFor(isTrue: () => Promise<boolean>): Promise<string | undefined> {
  for (let tries = 0; tries < startSecondsMax * 20; tries++) {
    if (await isTrue().catch(() => false)) return undefined
    await delay(50)
  }
  return `pebble does not answer after ${startSecondsMax} s`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function fetchText(url: string, ca: Buffer): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const request = get(url, { ca, agent: false, timeout: 5000 }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => void (text += chunk))
    response.on('end', () => resolve(text))
  })
  request.on('error', reject)
  request.on('timeout', () => request.destroy(new Error(`${url} does not answer`)))
  return promise
}
