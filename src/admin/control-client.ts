/** Asks a running server over its control socket. */
import { request } from 'node:http'
import { withSocketPath } from './control-path.ts'

/** What the server said: its result, or the error that it answered with. */
export type ControlAnswer =
  | { readonly result: object }
  | { readonly error: { readonly code: string; readonly message: string } }

const timeoutMilliseconds = 60_000

/** Undefined where no server listens: there is no socket, or its server is dead. */
export function callServer(dataFolder: string, name: string, parameters: object): Promise<ControlAnswer | undefined> {
  return send(dataFolder, 'POST', `/commands/${name}`, JSON.stringify(parameters))
}

/** What a running server says of itself; undefined where none listens. */
export function askStatus(dataFolder: string): Promise<ControlAnswer | undefined> {
  return send(dataFolder, 'GET', '/status', undefined)
}

async function send(
  dataFolder: string,
  method: string,
  path: string,
  body: string | undefined,
): Promise<ControlAnswer | undefined> {
  try {
    const text = await withSocketPath(dataFolder, (socketPath) => exchange({ socketPath, method, path }, body))
    const content = JSON.parse(text) as { error?: { code: string; message: string } }
    return content.error === undefined ? { result: content } : { error: content.error }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return undefined
    throw error
  }
}

function exchange(
  target: { socketPath: string; method: string; path: string },
  body: string | undefined,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const outgoing = request({ ...target, timeout: timeoutMilliseconds }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => resolve(Buffer.concat(chunks).toString()))
    response.on('error', reject)
  })
  outgoing.on('timeout', () => outgoing.destroy(new Error('the server did not answer in time')))
  outgoing.on('error', reject)
  outgoing.end(body)
  return promise
}
