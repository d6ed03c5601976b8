/**
 * The further readings of a request whose signature does not match as it arrived: what its client may have signed before a proxy changed
 * the host or the path, or before a library wrote the same thing in other bytes. Each means the same operation on the same bucket and
 * key as what is about to be done, so accepting any of them gives nobody anything they were not given.
 */
import type { HttpRequest } from '../../http/message.ts'
import type { Reading } from './canonical-request.ts'
import { canonicalUri } from './percent-encoding.ts'
import type { SignedHeaders } from './signed-headers.ts'

export interface ReadingOptions {
  /** Further hosts that a proxy may have hidden. */
  readonly publicHosts: readonly string[]
  /** Paths, without a final slash, that a proxy may have taken off. */
  readonly publicPrefixes: readonly string[]
  /** The bucket that a host names; undefined for one that names none. */
  readonly bucketOfHost: (host: string) => string | undefined
}

/** A wrong signature costs so many hashes at most. */
const readingsMax = 128

/** All readings but `first`, likeliest first. `bucket` is the one that the request's host names, as the router understood it. */
export function* furtherReadings(
  first: Reading,
  request: HttpRequest,
  signedHeaders: SignedHeaders,
  bucket: string | undefined,
  options: ReadingOptions,
): Generator<Reading> {
  const hosts = signedHeaders.has('host') ? candidateHosts(request, bucket, options) : [first.host]
  const uris = candidateUris(request, bucket, options)
  const headerSets = candidateHeaders(request, signedHeaders)
  const collapses = hasBlanks(first, signedHeaders) ? [true, false] : [true]
  const encodings: Reading['encoding'][] = isAscii(first, signedHeaders) ? ['utf8'] : ['latin1', 'utf8']
  let count = 0
  for (const host of hosts) {
    for (const uri of uris) {
      for (const headers of headerSets) {
        for (const collapse of collapses) {
          for (const encoding of encodings) {
            if (++count > readingsMax) return
            yield { ...first, host, uri, headers, collapse, encoding }
          }
        }
      }
    }
  }
}

/**
 * Host as sent, what a trusted proxy says it was, the configured names; with and without a default port. A host that names another
 * bucket than the request is for is none of them: a signature for one bucket never serves for another.
 */
function candidateHosts(request: HttpRequest, bucket: string | undefined, options: ReadingOptions): readonly string[] {
  const hosts = new Set<string>()
  for (const host of [request.forwarded.host, request.host, ...options.publicHosts]) {
    if (host === undefined) continue
    for (const name of bucket === undefined ? [host] : [host, `${bucket}.${host}`]) {
      for (const spelling of spellings(name)) {
        if (options.bucketOfHost(spelling) === bucket) hosts.add(spelling)
      }
    }
  }
  return [...hosts]
}

function spellings(host: string): readonly string[] {
  const lower = host.toLowerCase()
  if (/:(80|443)$/.test(host)) return [host, lower, host.replace(/:\d+$/, '')]
  return /:\d+$/.test(host) ? [host, lower] : [host, lower, `${host}:80`, `${host}:443`]
}

/** The path in canonical form, behind the prefix that a proxy took off, with `%2F` read as a slash of the key, and as sent. */
function candidateUris(request: HttpRequest, bucket: string | undefined, options: ReadingOptions): readonly string[] {
  const uris = new Set<string>()
  const prefixes = [request.forwarded.prefix ?? '', ...options.publicPrefixes].map((prefix) =>
    prefix.replaceAll(/^\/+|\/+$/g, ''),
  )
  const behind = prefixes.filter((prefix) => prefix !== '').map((prefix) => `/${prefix}${request.path}`)
  for (const path of [request.path, ...behind]) {
    const uri = canonicalUri(path)
    const keyStart = path === request.path ? (bucket === undefined ? uri.indexOf('/', 1) : 0) : uri.length
    uris.add(uri)
    if (keyStart >= 0) uris.add(uri.slice(0, keyStart) + uri.slice(keyStart).replaceAll('%2F', '/'))
    uris.add(path)
  }
  return [...uris]
}

/** Values of a repeated header joined with `, ` as the request has them, and with `,` as SigV4 wants them. */
function candidateHeaders(
  { headers, rawHeaders }: HttpRequest,
  signedHeaders: SignedHeaders,
): readonly Reading['headers'][] {
  const joined = joinRepeated(rawHeaders, (name) => signedHeaders.has(name))
  return joined === undefined ? [headers] : [headers, { ...headers, ...joined }]
}

/** Of the headers that come more than once, the values joined with `,`; undefined where none does. */
export function joinRepeated(
  rawHeaders: readonly string[],
  wanted: (name: string) => boolean,
): Record<string, string> | undefined {
  const values = new Map<string, string[]>()
  let repeated = false
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase()
    if (!wanted(name)) continue
    const before = values.get(name)
    if (before === undefined) {
      values.set(name, [rawHeaders[index + 1]!.trim()])
    } else {
      before.push(rawHeaders[index + 1]!.trim())
      repeated = true
    }
  }
  if (!repeated) return undefined
  const joined: Record<string, string> = {}
  for (const [name, several] of values) if (several.length > 1) joined[name] = several.join(',')
  return joined
}

const hasBlanks = ({ headers }: Reading, { names }: SignedHeaders): boolean =>
  names.some((name) => typeof headers[name] === 'string' && /\t| {2}/.test(headers[name]))

const isAscii = ({ headers, host }: Reading, { names }: SignedHeaders): boolean =>
  !/[^\0-\x7f]/.test(host) &&
  names.every((name) => typeof headers[name] !== 'string' || !/[^\0-\x7f]/.test(headers[name]))
