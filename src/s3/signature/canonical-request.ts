/** Signature Version 4's canonical request and string to sign, from one reading of what the client may have signed. */
import { createHmac, hash } from 'node:crypto'
import type { Query } from '../../http/query.ts'
import { encodeText } from './percent-encoding.ts'
import type { SignedHeaders } from './signed-headers.ts'

/**
 * One way to understand a request. The first is the request as it arrived; others undo what a proxy or a client's library may have done
 * to it, and mean the same request.
 */
export interface Reading {
  readonly method: string
  /** The canonical URI. */
  readonly uri: string
  /** The canonical query string. */
  readonly query: string
  readonly host: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Whether runs of blanks within a header value count as one. */
  readonly collapse: boolean
  /** How header characters above U+007F were turned into bytes before hashing. */
  readonly encoding: 'utf8' | 'latin1'
  /** The value of x-amz-content-sha256. */
  readonly payload: string
}

export function canonicalRequest(reading: Reading, signedHeaders: SignedHeaders): string {
  let text = `${reading.method}\n${reading.uri}\n${reading.query}\n`
  for (const name of signedHeaders.names) {
    const value = name === 'host' ? reading.host : reading.headers[name]
    text += `${name}:${typeof value === 'string' ? trim(value, reading.collapse) : ''}\n`
  }
  return `${text}\n${signedHeaders.text}\n${reading.payload}`
}

function trim(value: string, collapse: boolean): string {
  if (collapse && (value.includes('  ') || value.includes('\t'))) return value.replaceAll(/[ \t]+/g, ' ').trim()
  return value.charCodeAt(0) > 0x20 && value.charCodeAt(value.length - 1) > 0x20 ? value : value.trim()
}

export function stringToSign(
  canonical: string,
  encoding: Reading['encoding'],
  timestamp: string,
  scope: string,
): string {
  const digest = hash('sha256', encoding === 'utf8' ? canonical : Buffer.from(canonical, 'latin1'), 'hex')
  return `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${digest}`
}

/** 64 hexadecimal digits. */
export const sign = (key: Uint8Array, text: string): string => createHmac('sha256', key).update(text).digest('hex')

/** Names and values encoded, sorted by name and then value; `leftOut` is the name of a parameter that is not signed. */
export function canonicalQuery(query: Query, leftOut?: string): string {
  const { parameters } = query
  if (parameters.length === 0) return ''
  const pairs: (readonly [name: string, value: string])[] = []
  let sorted = true
  let last: readonly [name: string, value: string] | undefined
  for (const [name, value] of parameters) {
    if (name === leftOut) continue
    const pair = [encodeText(name), encodeText(value)] as const
    if (last !== undefined && comparePairs(last, pair) > 0) sorted = false
    pairs.push(pair)
    last = pair
  }
  if (!sorted) pairs.sort(comparePairs)
  let text = ''
  for (const [name, value] of pairs) text += text === '' ? `${name}=${value}` : `&${name}=${value}`
  return text
}

type Pair = readonly [name: string, value: string]

function comparePairs(a: Pair, b: Pair): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1
  return a[1] === b[1] ? 0 : a[1] < b[1] ? -1 : 1
}
