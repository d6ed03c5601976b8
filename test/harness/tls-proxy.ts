/**
 * A proxy that speaks TLS in front of a test server, as an operator would have one: it says so with X-Forwarded-Proto and passes all else on as it came.
 * Its certificate is made by openssl and signs itself; clients are told to trust that one.
 */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent, createServer } from 'node:https'
import { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lookupHere } from './client.ts'
import type { TestServer } from './server.ts'
import { missing, run } from './tools.ts'

/** Why there can be no such proxy on this machine; false where there can. */
export const noTls = (): string | false => missing('openssl', 'version')

/** What a server must be started with to believe the proxy. */
export const behindProxy = { ENTREPOT_TRUSTED_PROXIES: '127.0.0.1' } as const

export interface TlsProxy {
  readonly port: number
  /** PEM, for clients that are given a file of certificates to trust. */
  readonly certificateFile: string
  /** For clients within Node.js: trusts the certificate, and resolves every name to this machine. */
  readonly agent: Agent
  stop(): Promise<void>
}

/** `names` are the host names that the certificate is for; `*.` in front of one stands for one label. */
export async function startTlsProxy(server: TestServer, names: readonly string[]): Promise<TlsProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-tls-'))
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const alternatives = ['IP:127.0.0.1', ...names.map((name) => `DNS:${name}`)].join(',')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  const certificate = ['-out', certificateFile, '-days', '2', '-subj', '/CN=entrepot test']
  await run('openssl', ['req', '-x509', ...key, ...certificate, '-addext', `subjectAltName=${alternatives}`])
  const pair = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) }
  const proxy = createServer(pair, (incoming, answer) => passOn(server, incoming, answer))
  // The server decides whether a body is wanted.
  proxy.on('checkContinue', (incoming: IncomingMessage, answer: ServerResponse) => passOn(server, incoming, answer))
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const agent = new Agent({ ca: pair.cert, keepAlive: true, lookup: lookupHere(server) })
  return {
    port: (proxy.address() as AddressInfo).port,
    certificateFile,
    agent,
    async stop() {
      agent.destroy()
      proxy.closeAllConnections()
      await once(proxy.close(), 'close')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function passOn(server: TestServer, incoming: IncomingMessage, answer: ServerResponse): void {
  const { method = 'GET', url: path = '/', rawHeaders } = incoming
  const headers = [...rawHeaders, 'X-Forwarded-Proto', 'https']
  const onward = request({ agent: false, host: server.host, port: server.port, method, path, headers })
  const waits = incoming.headers.expect?.toLowerCase() === '100-continue'
  onward.on('continue', () => {
    answer.writeContinue()
    incoming.pipe(onward)
  })
  onward.on('response', (response) => {
    answer.writeHead(response.statusCode ?? 502, response.rawHeaders)
    response.pipe(answer)
  })
  onward.on('error', () => answer.destroy())
  if (waits) onward.flushHeaders()
  else incoming.pipe(onward)
}
