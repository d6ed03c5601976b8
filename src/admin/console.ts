/** Serves the console: one page, which keeps its own places behind the `#`, and the files that it is made of. */
import { fileURLToPath } from 'node:url'
import type { Random } from '../base/random.ts'
import { failedReadCondition } from '../http/conditions.ts'
import { codingFor } from '../http/content-coding.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { readConsoleFiles, type ConsoleFile, type ConsoleFiles } from './console-files.ts'
import { consoleHeaders } from './console-headers.ts'
import type { Origins } from './services.ts'

/** Answers a request for the console; undefined where the path is nothing of its own. */
export type Console = (request: HttpRequest) => Promise<HttpResponse | undefined>

interface ConsoleParts {
  readonly origins: Pick<Origins, 'content'>
  readonly random: Random
  /** Where the built console is. */
  readonly folder?: string
}

/** `dist/console` of the package, from `src/admin` and `dist/admin` alike. */
const builtFolder = fileURLToPath(new URL('../../dist/console', import.meta.url))

/** What stands in the page for the nonce. */
const noncePlaceholder = '__CSP_NONCE__'

export function createConsole({ origins, random, folder = builtFolder }: ConsoleParts): Console {
  let reading: Promise<ConsoleFiles | undefined> | undefined

  /** A folder that is not there, or cannot be read, is looked for again the next time: it may be built meanwhile. */
  async function files(): Promise<ConsoleFiles | undefined> {
    reading ??= readConsoleFiles(folder)
    let read: ConsoleFiles | undefined
    try {
      read = await reading
    } finally {
      if (read === undefined) reading = undefined
    }
    return read
  }

  const headersFor = ({ forwarded, host, secure }: HttpRequest, nonce?: string): readonly string[] =>
    consoleHeaders({ nonce, secure, contentOrigin: origins.content({ host: forwarded.host ?? host, secure }) })

  function page(request: HttpRequest, { bytes, contentType }: ConsoleFile): HttpResponse {
    const nonce = random.bytes(16).toString('base64url')
    const body = Buffer.from(bytes.toString().replaceAll(noncePlaceholder, nonce))
    // No ETag: a page that was kept would not fit the policy that comes with it.
    const headers = ['content-type', contentType, 'cache-control', 'no-cache', ...headersFor(request, nonce)]
    return whole(request, headers, body)
  }

  async function asset(request: HttpRequest, file: ConsoleFile): Promise<HttpResponse> {
    const coding = file.compressible ? codingFor(request.headers['accept-encoding']) : undefined
    const etag = coding === undefined ? file.etag : `${file.etag}-${coding}`
    const headers = [
      ...['etag', `"${etag}"`],
      ...['cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache'],
      ...(file.compressible ? ['vary', 'accept-encoding'] : []),
      ...headersFor(request),
    ]
    const status = statusOf(request, etag)
    if (status !== 200) return { status, headers, body: undefined }
    headers.push('content-type', file.contentType)
    if (coding !== undefined) headers.push('content-encoding', coding)
    return whole(request, headers, coding === undefined ? file.bytes : await file.compressed(coding))
  }

  return async (request) => {
    const path = request.path === '/' ? '/index.html' : request.path
    const own = path === '/index.html' || path.startsWith('/assets/')
    const built = await files()
    const file = built?.get(path)
    if (file === undefined && (built !== undefined || !own)) return undefined
    request.served = { front: 'management', operation: 'GetConsole' }
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return plain(405, 'Use GET or HEAD here.\n', ['allow', 'GET, HEAD'])
    if (file === undefined) return plain(503, 'The console is not built. Build it with `npm run build`.\n')
    return path === '/index.html' ? page(request, file) : asset(request, file)
  }
}

/** 200, 304 or 412. */
function statusOf({ headers }: HttpRequest, etag: string): number {
  const conditions = { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] }
  const failed = failedReadCondition(conditions, { etag, modifiedMs: 0, size: 0 })
  return failed === undefined ? 200 : failed === 'If-None-Match' ? 304 : 412
}

const whole = ({ method }: HttpRequest, headers: string[], body: Buffer): HttpResponse => ({
  status: 200,
  headers: [...headers, 'content-length', String(body.length)],
  body: method === 'HEAD' ? undefined : body,
})

const plain = (status: number, body: string, headers: readonly string[] = []): HttpResponse => ({
  status,
  headers: [
    ...['content-type', 'text/plain; charset=utf-8', 'cache-control', 'no-store'],
    ...['x-content-type-options', 'nosniff', ...headers],
  ],
  body,
})
