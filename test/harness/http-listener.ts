/** A listener of src/http over a real socket, with what it saw, and requests to send to it. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { ApiError } from '../../src/base/errors.ts'
import { systemRandom } from '../../src/base/random.ts'
import {
  createHttpListener,
  type HttpListener,
  type HttpListenerOptions,
  type RequestEnd,
} from '../../src/http/listener.ts'
import type { HttpRequest, HttpResponse } from '../../src/http/message.ts'
import { RawClient } from './raw-client.ts'

export type Handle = HttpListenerOptions['handle']

export interface StartedListener {
  readonly listener: HttpListener
  /** Requests that reached the handler. */
  readonly seen: HttpRequest[]
  readonly ends: RequestEnd[]
  readonly errors: unknown[]
  connect(options?: { readonly readsNothing?: boolean }): Promise<RawClient>
}

export async function startListener(
  context: TestContext,
  handle: Handle,
  options: Partial<HttpListenerOptions> = {},
): Promise<StartedListener> {
  const seen: HttpRequest[] = []
  const ends: RequestEnd[] = []
  const errors: unknown[] = []
  const clients: RawClient[] = []
  const listener = createHttpListener({
    host: '127.0.0.1',
    port: 0,
    trustedProxies: [],
    clock: systemClock,
    random: systemRandom,
    onRequestEnd: (end) => void ends.push(end),
    onError: (error) => void errors.push(error),
    ...options,
    limits: { sweepSeconds: 0.02, ...options.limits },
    handle: (request) => {
      seen.push(request)
      return handle(request)
    },
  })
  await listener.listen()
  context.after(async () => {
    for (const client of clients) client.close()
    await listener.stop(0)
  })
  const connect = async (how?: { readonly readsNothing?: boolean }): Promise<RawClient> => {
    const client = await RawClient.connect(listener.port, how)
    clients.push(client)
    return client
  }
  return { listener, seen, ends, errors, connect }
}

export const ok = (body = ''): HttpResponse => ({ status: 200, headers: [], body })

/** A handler that answers the number of bytes of the body. */
export const count: Handle = async ({ body }) => {
  let size = 0
  for await (const chunk of body) size += chunk.length
  return ok(String(size))
}

/** Has an ApiError answered, as a front does. */
export const rendered =
  (handle: Handle): Handle =>
  async (request) => {
    try {
      return await handle(request)
    } catch (error) {
      assert.ok(error instanceof ApiError, String(error))
      return { status: error.status, headers: ['x-code', error.code], body: error.message }
    }
  }

export async function* streamOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

/** The Host line of all requests here. */
export const head = 'Host: a.com\r\n'

/** `extra` is header lines. */
export const get = (path: string, extra = ''): string => `GET ${path} HTTP/1.1\r\n${head}${extra}\r\n`

export const put = (path: string, body: string, extra = ''): string =>
  `PUT ${path} HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n${extra}\r\n${body}`

/** A request put after one that must be the last of its connection. */
export const smuggled = get('/smuggled')
