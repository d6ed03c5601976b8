/**
 * `<root>~auth?auth=<token>&to=<path>`: changes a token in an address for one in a cookie, so that a page protects a title once and its player
 * asks for playlists and segments by their plain addresses.
 */
import assert from 'node:assert/strict'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { keyOfPath } from '../objects/key-of-path.ts'
import { parameterOf } from './find-token.ts'
import { Refusal } from './refuse.ts'
import type { Grant } from './token-gate.ts'

/** The key that is no object's where `to` stands in the query. */
export const exchangeKey = '~auth'

export interface Exchange {
  /** Where the client goes on: a path and query under the root. */
  readonly to: string
  /** The key in it, as it stands there. */
  readonly rawKey: string
  readonly key: string
}

/** Whether a request is for the exchange. */
export const isExchange = (rawKey: string, query: string): boolean =>
  rawKey === exchangeKey && parameterOf(query, 'to') !== undefined

/**
 * `root` as the client sees it. Throws Refusal where `to` is no path under it: a link to one host never leads to another, nor to another bucket.
 * Browsers take `\` for `/`, leave out tabs and line breaks, take `//` at the beginning for a host, and resolve dot segments before they ask,
 * so none of them is let through. What else must be escaped in a path is.
 */
export function exchangeOf(root: string, query: string): Exchange {
  const asked = parameterOf(query, 'to') ?? ''
  if (!asked.startsWith(root) || asked.startsWith('//') || forbidden.test(asked) || dotSegment.test(asked))
    throw new Refusal(400, 'InvalidArgument', `\`to\` must be a path of this host that begins with ${root}`)
  const to = asked.replaceAll(toEscape, encodeURIComponent)
  const question = to.indexOf('?')
  const rawKey = to.slice(root.length, question < 0 ? undefined : question)
  return { to, rawKey, key: keyOfPath(rawKey) }
}

/** Control characters, `\`, a fragment, halves of characters. */
const forbidden = /[\0-\x1f\x7f\\#]|\p{Surrogate}/u
/** In a path, escaped or not (WHATWG URL 4.1). */
const dotSegment = /^[^?]*\/(?:\.|%2e){1,2}(?:[/?]|$)/i
const toEscape = /[^\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]/gu

/** `grant` is undefined where no token is needed, and then no cookie is set. */
export function exchanged(
  { to, rawKey }: Exchange,
  root: string,
  { secure }: Pick<HttpRequest, 'secure'>,
  held: { readonly token: string; readonly grant: Grant; readonly nowMs: number } | undefined,
): HttpResponse {
  const headers = ['location', to, 'cache-control', 'no-store', 'referrer-policy', 'no-referrer']
  if (held !== undefined) {
    const { token, grant, nowMs } = held
    assert.match(token, /^[\w.-]+$/, 'a token that was admitted is a JWT')
    const path = root + pathOf(rawKey, grant.uri)
    const age =
      grant.expiresMs === undefined ? '' : `; Max-Age=${Math.max(0, Math.floor((grant.expiresMs - nowMs) / 1000))}`
    // Across sites only where nobody can read it on its way.
    const scope = secure ? 'Secure; SameSite=None; Partitioned' : 'SameSite=Lax'
    headers.push('set-cookie', `auth=${token}; Path=${path}${age}; HttpOnly; ${scope}`)
  }
  return { status: 303, headers, body: undefined }
}

/**
 * What of the path asked for is the `uri` that the token grants, in the very escapes of that path, since browsers compare them as they stand;
 * shortened to a directory where it has what would end the attribute.
 */
function pathOf(rawKey: string, uri: string): string {
  const granted = uri.endsWith('/') ? uri.slice(0, -1) : uri
  if (granted === '') return ''
  let end = 0
  do {
    const slash = rawKey.indexOf('/', end)
    end = slash < 0 ? rawKey.length : slash
    if (keyOfPath(rawKey.slice(0, end)) === granted) return withoutSemicolon(rawKey.slice(0, end))
    end++
  } while (end <= rawKey.length)
  return ''
}

function withoutSemicolon(path: string): string {
  const semicolon = path.indexOf(';')
  return semicolon < 0 ? path : path.slice(0, path.lastIndexOf('/', semicolon) + 1)
}
