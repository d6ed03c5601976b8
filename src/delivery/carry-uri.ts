/**
 * What a URI that stands in a playlist becomes, so that it carries the playlist's token. Only URIs of the own bucket do: same origin, and a
 * path under the bucket's root. Whatever a player could take for another place stays as it is, for a token that went there would be given away.
 * So browsers' reading (WHATWG URL) and RFC 3986 are both held against a URI: `\`, control characters and broken schemes are never waved through.
 */
import type { Carry } from './carry.ts'

/** A change of a URI: the characters `from` until `to` become `text`. */
export interface Place {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** What relative URIs are resolved against: a path ending in `/` at the own origin, without dot segments; null is a foreign place. */
export type Base = string | null

/** The URI with the token, or the same string where it takes none. */
export function carryUri(uri: string, carry: Carry): string {
  const place = new Carrier(carry).place(uri)
  return place === undefined ? uri : uri.slice(0, place.from) + place.text + uri.slice(place.to)
}

const slash = 0x2f
const backslash = 0x5c
const colon = 0x3a
const dot = 0x2e
const percent = 0x25
const digitTwo = 0x32
const question = 0x3f
const hash = 0x23

/** A path that has a token already. */
const tokenSegment = /^(?:~|%7e)auth(?:=|%3d)/i

/** A Carry made ready for many URIs. */
export class Carrier {
  /** The playlist's own folder. */
  readonly home: string
  readonly #byPath: boolean
  readonly #scheme: string
  /** Host, and port where it is not the scheme's own. */
  readonly #authority: string
  readonly #root: string
  /** `~auth=<token>/` */
  readonly #segment: string
  /** `auth=<token>` */
  readonly #parameter: string
  /** Most URIs end with their path, and this is all they take. */
  readonly #first: string

  constructor(carry: Carry) {
    const scheme = carry.origin.indexOf('://')
    this.#scheme = carry.origin.slice(0, scheme)
    this.#authority = withoutDefaultPort(carry.origin.slice(scheme + 3), this.#scheme)
    this.#root = carry.root
    this.#byPath = carry.by === 'path'
    // A token that was verified has none of the characters that are replaced here; no verifier's leniency shall break a playlist.
    const token = carry.token.replaceAll(/[^\w.~-]/g, encodeAll)
    this.#segment = `~auth=${token}/`
    this.#parameter = `auth=${token}`
    this.#first = `?${this.#parameter}`
    this.home = folderOf(withoutDots(carry.root + carry.key))
  }

  /** What the URI's token changes in it; undefined where it takes none. White space around it must have been taken off. */
  place(uri: string, base: Base = this.home): Place | undefined {
    const parts = split(uri)
    if (parts === undefined) return undefined
    const { pathEnd, pathStart } = parts
    if (pathStart === 0 && !parts.hasDots && uri.charCodeAt(0) !== slash) {
      if (base === null || hasAuth(uri, pathEnd)) return undefined
      return this.#byPath ? undefined : this.#inQuery(uri, pathEnd)
    }
    const path = this.#ownPath(uri, parts, base)
    if (path === undefined || hasAuth(uri, pathEnd) || tokenSegment.test(path.slice(this.#root.length)))
      return undefined
    return this.#byPath ? this.#inPath(uri, parts, path, base) : this.#inQuery(uri, pathEnd)
  }

  /**
   * The token as a parameter, whichever way the playlist's own came, for URIs with parts that the player puts in. The URI must take one;
   * `hasQuery` says whether it will have a query by then.
   */
  placeInQuery(uri: string, hasQuery: boolean): Place {
    const fragment = uri.indexOf('#')
    const at = fragment < 0 ? uri.length : fragment
    return { from: at, to: at, text: hasQuery ? `&${this.#parameter}` : this.#first }
  }

  /** The folder that the URI names, for others to be resolved against; null where it is foreign or cannot be told. */
  folder(uri: string, base: Base = this.home): Base {
    if (uri === '' || uri.charCodeAt(0) === question || uri.charCodeAt(0) === hash) return base
    const parts = split(uri)
    const path = parts && this.#ownPath(uri, parts, base)
    return path === undefined ? null : folderOf(path)
  }

  /** The path that a URI leads to, without dot segments, where it is the own bucket's. */
  #ownPath(uri: string, parts: Parts, base: Base): string | undefined {
    const { authority, pathStart, pathEnd, scheme } = parts
    if (scheme !== undefined && scheme !== this.#scheme) return undefined
    // `//host/` takes the base's scheme, which is the own one only for an own base.
    if (scheme === undefined && base === null) return undefined
    if (authority !== undefined && !this.#isOwn(authority)) return undefined
    const sent = uri.slice(pathStart, pathEnd)
    const whole = sent.charCodeAt(0) === slash ? sent : base + sent.replaceAll('\\', '/')
    const path = parts.hasDots ? withoutDots(whole) : whole
    return path.startsWith(this.#root) ? path : undefined
  }

  #isOwn(authority: string): boolean {
    return (
      authority === this.#authority || withoutDefaultPort(authority.toLowerCase(), this.#scheme) === this.#authority
    )
  }

  #inQuery(uri: string, pathEnd: number): Place {
    if (pathEnd === uri.length) return { from: pathEnd, to: pathEnd, text: this.#first }
    return this.placeInQuery(uri, uri.charCodeAt(pathEnd) === question)
  }

  /** Relative URIs find the token in the playlist's own path, unless they climb over it. `path` is where the URI leads without it. */
  #inPath(uri: string, { pathStart, pathEnd, hasDots }: Parts, path: string, base: Base): Place | undefined {
    const root = this.#root
    const carried = root + this.#segment
    const sent = uri.slice(pathStart, pathEnd)
    const wanted = carried + path.slice(root.length)
    if (sent.charCodeAt(0) !== slash) {
      const found = withoutDots(carried + (base ?? '').slice(root.length) + sent.replaceAll('\\', '/'))
      return found === wanted ? undefined : { from: pathStart, to: pathEnd, text: wanted }
    }
    const at = pathStart + root.length
    const insertable = !hasDots || (sent.startsWith(root) && withoutDots(carried + sent.slice(root.length)) === wanted)
    return insertable ? { from: at, to: at, text: this.#segment } : { from: pathStart, to: pathEnd, text: wanted }
  }
}

/** Whether a URI that begins so leads to the same origin whatever follows: a whole segment of its path is there, or its query has begun. */
export const isSettled = (beginning: string): boolean => /[^/\\]\/|\?/.test(beginning)

interface Parts {
  /** In lower case; undefined for a relative reference. */
  readonly scheme: string | undefined
  readonly authority: string | undefined
  readonly pathStart: number
  readonly pathEnd: number
  /** A segment of the path may be `.` or `..`. */
  readonly hasDots: boolean
}

const plain: Omit<Parts, 'pathEnd'> = { scheme: undefined, authority: undefined, pathStart: 0, hasDots: false }

/** RFC 3986 appendix B; undefined for what names no resource by http, or may be read in two ways. */
function split(uri: string): Parts | undefined {
  const { length } = uri
  let schemeEnd = -1
  let hasSlash = false
  let hasBackslash = false
  let hasDots = false
  let pathEnd = 0
  for (let before = slash; pathEnd < length; pathEnd++) {
    const code = uri.charCodeAt(pathEnd)
    if (code === question || code === hash) break
    // Browsers drop tabs and line ends anywhere in a URI.
    if (code < 0x20 || code === 0x7f) return undefined
    if (before === slash && (code === dot || (code === percent && uri.charCodeAt(pathEnd + 1) === digitTwo)))
      hasDots = true
    if (code === slash) hasSlash = true
    else if (code === backslash) hasBackslash = true
    else if (code === colon && !hasSlash && schemeEnd < 0) schemeEnd = pathEnd
    before = code === backslash ? slash : code
  }
  const first = uri.charCodeAt(0)
  // Nothing, a fragment of the playlist itself, or white space that should be off.
  if (length === 0 || first === hash || first <= 0x20 || uri.charCodeAt(length - 1) <= 0x20) return undefined
  const scheme = schemeEnd > 0 ? schemeOf(uri, schemeEnd) : undefined
  const start = scheme === undefined ? 0 : schemeEnd + 1
  if (scheme === undefined && first !== slash && first !== backslash) return pathParts(pathEnd, hasDots)
  // `\` is `/` to browsers, and to others it is not.
  if (hasBackslash) return undefined
  if (!uri.startsWith('//', start)) return scheme === undefined ? pathParts(pathEnd, hasDots) : undefined
  const authorityStart = start + 2
  const pathStart = uri.indexOf('/', authorityStart)
  if (pathStart < 0 || pathStart >= pathEnd) return undefined
  return { scheme, authority: uri.slice(authorityStart, pathStart), pathStart, pathEnd, hasDots }
}

const pathParts = (pathEnd: number, hasDots: boolean): Parts => ({ ...plain, pathEnd, hasDots })

const schemeOf = (uri: string, end: number): string | undefined => {
  const scheme = uri.slice(0, end)
  return /^[a-z][a-z\d+.-]*$/i.test(scheme) ? scheme.toLowerCase() : undefined
}

/** Whether the query, if one begins at `start`, has a parameter `auth`, escaped or not. */
function hasAuth(uri: string, start: number): boolean {
  if (uri.charCodeAt(start) !== question) return false
  const fragment = uri.indexOf('#', start)
  const query = uri.slice(start + 1, fragment < 0 ? uri.length : fragment)
  if (!query.includes('auth') && !query.includes('%')) return false
  return query.split('&').some((part) => unescaped(part.split('=', 1)[0] ?? '') === 'auth')
}

/** Escapes of ASCII decoded; the others do not matter here. */
const unescaped = (text: string): string =>
  text.replaceAll(/%([0-7][\da-f])/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))

const encodeAll = (character: string): string =>
  Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')

const withoutDefaultPort = (authority: string, scheme: string): string => {
  const port = scheme === 'https' ? ':443' : ':80'
  return authority.endsWith(port) ? authority.slice(0, -port.length) : authority
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

/** An absolute path as RFC 3986 5.2.4 leaves it, escaped dots taken for dots as browsers do. */
function withoutDots(path: string): string {
  if (!/(?:^|\/)(?:\.|%2e)/i.test(path)) return path
  const kept: string[] = []
  const segments = path.slice(1).split('/')
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1
    const name = segment.replaceAll(/%2e/gi, '.')
    if (name === '..') kept.pop()
    if (name !== '.' && name !== '..') kept.push(segment)
    else if (isLast) kept.push('')
  })
  return `/${kept.join('/')}`
}
