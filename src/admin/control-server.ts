/**
 * The control socket of a running server: HTTP and JSON over a Unix socket that only the data folder's owner can open.
 *
 *     POST /commands/<name>   {parameters} → {result}, or {"error": {code, message}}
 *     GET  /status            → {"status": "ok", "pid": …, "version": …}
 */
import { chmod, mkdir, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { ApiError } from '../base/errors.ts'
import { socketName, withSocketPath } from './control-path.ts'

export interface ControlOptions {
  /** The data folder; its lock must be held, so that a socket found there is a dead server's. */
  readonly dataFolder: string
  readonly version: string
  /** Runs a command: `runCommand` with the server's state. */
  readonly run: (name: string, parameters: unknown) => Promise<object>
  /** Told of what was thrown that is not an ApiError. */
  readonly onFault: (error: unknown) => void
}

export interface Control {
  /** Ends once the commands in flight are answered; then the socket is gone. */
  close(): Promise<void>
}

/** An order to the management API may be 1 MiB, and stands in another text of JSON. */
const bodySizeMax = 3 * 1024 * 1024

export async function listenForControl(options: ControlOptions): Promise<Control> {
  const server = createServer((request, response) => {
    void answer(options, request, response)
  })
  server.requestTimeout = 10_000
  server.maxConnections = 100
  const path = join(options.dataFolder, socketName)
  await listenPrivately(server, options.dataFolder, path)
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      await closed
      await rm(path, { force: true })
    },
  }
}

/** The socket is made in a folder that only its owner can enter, and moved once only its owner can open it: nobody else ever could. */
async function listenPrivately(server: Server, dataFolder: string, path: string): Promise<void> {
  const folder = join(dataFolder, 'control.new')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { mode: 0o700 })
  await withSocketPath(folder, async (reachable) => {
    server.listen(reachable)
    await once(server, 'listening')
  })
  await chmod(join(folder, socketName), 0o600)
  await rename(join(folder, socketName), path)
  await rm(folder, { recursive: true })
}

async function answer(options: ControlOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    send(response, 200, await dispatch(options, request))
  } catch (error) {
    if (error instanceof ApiError)
      return send(response, error.status, { error: { code: error.code, message: error.message } })
    options.onFault(error)
    send(response, 500, { error: { code: 'InternalError', message: 'The server failed; its log says why.' } })
  }
}

async function dispatch({ run, version }: ControlOptions, request: IncomingMessage): Promise<object> {
  const { method, url = '' } = request
  if (method === 'GET' && url === '/status') return { status: 'ok', pid: process.pid, version }
  const [, name] = /^\/commands\/([a-z]+\.[a-z]+)$/.exec(url) ?? []
  if (method !== 'POST' || name === undefined) throw new ApiError('InvalidRequest', 'There is nothing here.')
  return run(name, parse(await readBody(request)))
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    // What is too much is read to its end, so that whoever sends it gets to read why it is refused.
    if (size <= bodySizeMax) chunks.push(chunk)
  }
  if (size > bodySizeMax) throw new ApiError('MaxMessageLengthExceeded')
  return Buffer.concat(chunks).toString()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ApiError('InvalidRequest', 'The body is not JSON.', { cause })
  }
}

function send(response: ServerResponse, status: number, content: object): void {
  const text = JSON.stringify(content)
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
    .end(text)
}
