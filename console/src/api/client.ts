/**
 * The one way to the server: the management API below the page's own address, typed by docs/openapi.json. The session is in a cookie that no script
 * sees; what changes something bears the session's CSRF token.
 */
import createClient, { type Middleware } from 'openapi-fetch'
import { common } from '../strings/common.ts'
import { Problem, problemOf } from './problem.ts'
import type { paths } from './schema.generated.ts'

/** Without a final slash: the console works below any path of a proxy. */
export const baseUrl = new URL('.', document.baseURI).href.replace(/\/$/, '')

let csrfToken = ''

/** Of the session; `GET /v1/me` tells it, and signing in. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token ?? ''
}

/** Headers that a change needs that is not sent by `api`: uploads report their progress, which fetch cannot. */
export const changeHeaders = (): Readonly<Record<string, string>> => ({ 'x-csrf-token': csrfToken })

const middleware: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && request.method !== 'HEAD') request.headers.set('x-csrf-token', csrfToken)
    return request
  },
  async onResponse({ response }) {
    if (response.ok) return undefined
    throw problemOf(await response.json().catch(() => undefined), response)
  },
  onError({ error }) {
    if (error instanceof Problem) return error
    if (error instanceof DOMException && error.name === 'AbortError') return error
    return new Problem('NetworkError', common.offline, 0, undefined)
  },
}

/** Throws Problem for every answer that is no success. */
export const api = createClient<paths>({ baseUrl, credentials: 'same-origin' })
api.use(middleware)

/** What a call answers: `api` throws for everything else. */
export async function dataOf<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer
  if (data === undefined) throw new Problem('InternalError', common.failed, 0, undefined)
  return data
}
