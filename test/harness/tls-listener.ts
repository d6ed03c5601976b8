/** A listener of src/http over TLS, its certificates, and clients of it. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { connect, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls'
import type { HttpListenerOptions } from '../../src/http/listener.ts'
import { createTlsContext, type TlsOptions } from '../../src/http/tls-context.ts'
import { FrameClient } from './frame-client.ts'
import { type Handle, startListener, type StartedListener } from './http-listener.ts'
import { TlsReader } from './tls-reader.ts'

/** A context with a new certificate, which signs itself, for the name. */
export function certificateFor(name: string): SecureContext {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-tls-'))
  try {
    const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
    const made = ['req', '-x509', ...key, '-out', file, '-days', '2', '-subj', `/CN=${name}`]
    execFileSync('openssl', made, { stdio: 'ignore' })
    return createTlsContext({ cert: readFileSync(file), key: readFileSync(keyFile) })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const ofA = certificateFor('a.com')

export interface StartedTls extends Omit<StartedListener, 'connect'> {
  /** A client that has done its handshake. Rejects where that fails. */
  connect(options?: ConnectionOptions): Promise<TlsClient>
  /** node's own client of HTTP/2. */
  http2(): Promise<ClientHttp2Session>
  frames(): Promise<FrameClient>
}

/** A listener over TLS whose certificate is a.com's, unless `tls` says more. */
export async function startTls(
  context: TestContext,
  handle: Handle,
  { tls, ...options }: Partial<Omit<HttpListenerOptions, 'tls'>> & { tls?: Partial<TlsOptions> } = {},
): Promise<StartedTls> {
  const sockets: TLSSocket[] = []
  const sessions: ClientHttp2Session[] = []
  // Before the listener is stopped, which waits for them.
  const started = await startListener(context, handle, { ...options, tls: { contextFor: () => ofA, ...tls } })
  const { listener } = started
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    for (const session of sessions) session.destroy()
  })
  const open = async (extra: ConnectionOptions & { readonly allowHalfOpen?: boolean } = {}): Promise<TLSSocket> => {
    const socket = connect({ port: listener.port, host: '127.0.0.1', rejectUnauthorized: false, ...extra })
    sockets.push(socket)
    await once(socket, 'secureConnect')
    return socket
  }
  return {
    ...started,
    connect: async (extra) => new TlsClient(await open({ ALPNProtocols: ['http/1.1'], allowHalfOpen: true, ...extra })),
    frames: async () => new FrameClient(await open({ ALPNProtocols: ['h2'] })),
    http2: async () => {
      const session = connectHttp2(`https://a.com:${listener.port}`, {
        // Of bodies that a test sends in one piece.
        maxSessionMemory: 200,
        createConnection: () =>
          connect({ port: listener.port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] }),
      })
      sessions.push(session)
      session.on('error', () => undefined)
      await once(session, 'connect')
      return session
    },
  }
}

/** Text is Latin-1. */
export class TlsClient extends TlsReader<string> {
  constructor(socket: TLSSocket) {
    super(socket, '', (bytes) => (this.received += bytes.toString('latin1')))
  }

  send(bytes: string | Uint8Array): this {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    return this
  }

  /** The head and body, by its content-length, of the next answer. */
  async answer(): Promise<{ readonly head: string; readonly status: number; readonly body: string }> {
    await this.until(() => this.received.includes('\r\n\r\n'))
    const headEnd = this.received.indexOf('\r\n\r\n') + 4
    const head = this.received.slice(0, headEnd)
    const size = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
    await this.until(() => this.received.length >= headEnd + size)
    const body = this.received.slice(headEnd, headEnd + size)
    this.received = this.received.slice(headEnd + size)
    return { head, status: Number(head.split(' ')[1]), body }
  }
}
