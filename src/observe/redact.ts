/**
 * The one redaction of what clients send and logs keep: URLs, their parts, and texts that may hold one (Referer, User-Agent). What opens
 * something is cut out, up to the end of its path segment or parameter; rather too much than too little.
 *
 * A text is cut into segments (at `/`) before its first `?`, and into parameters (at `&`) after it. Each is decoded as often as it has
 * escapes, so that `%61uth=` and `auth%253D` are seen for what they become; what is kept is kept as it was sent.
 */

/** What stands for what was cut out. */
export const redacted = '[redacted]'

/** Parameters whose values open something, or are part of what does; in lower case. */
const secretNames = [
  // Tokens of delivery, in queries and in paths (`/~auth=`); where an exchange for a cookie leads to bears one too.
  'auth',
  'to',
  'token',
  // Signatures of S3, and of URLs that other services sign.
  'x-amz-signature',
  'x-amz-credential',
  'x-amz-security-token',
  'signature',
  'awsaccesskeyid',
  // Presigned URLs may carry headers in their query: the key of SSE-C is one.
  'x-amz-server-side-encryption-customer-key',
  'x-amz-server-side-encryption-customer-key-md5',
  'x-amz-copy-source-server-side-encryption-customer-key',
  'x-amz-copy-source-server-side-encryption-customer-key-md5',
  'authorization',
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'api_key',
  'apikey',
  'secret',
  'secret_key',
  'password',
  'private_key',
]

/** A secret's name with its `=`. */
const named = new RegExp(`(?<=^|[^\\w-])(${secretNames.join('|')})\\s*=`, 'i')
/** Only texts with these can hold one. */
const suspicious = /[=%@]|access_token|e[wy][\w-]{14}/i
/** What begins a credential of Signature Version 4: the access key's id, which is no secret. */
const accessKeyId = /^[\w-]{1,128}(?=\/)/
/** The management API is given an API key in the segment after this one. */
const segmentBeforeSecret = 'access_token'
const userInformation = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*@/i

/** The URL, absolute or relative, or any other text, without what is secret in it. */
export function redactUrl(url: string): string {
  if (!suspicious.test(url)) return url
  const question = url.indexOf('?')
  return question < 0
    ? redactPath(url)
    : `${redactPath(url.slice(0, question))}?${redactQuery(url.slice(question + 1))}`
}

/** A request's target, path and query, without what is secret in it. */
export function redactTarget({ path, query }: { readonly path: string; readonly query: string }): string {
  const kept = suspicious.test(path) ? redactPath(path) : path
  if (query === '') return kept
  return `${kept}?${suspicious.test(query) ? redactQuery(query) : query}`
}

function redactPath(path: string): string {
  const segments = withoutUser(path).split('/')
  const kept: string[] = []
  for (const segment of segments) {
    kept.push(redactPiece(segment))
    if (kept.length < segments.length && decodeFully(segment).text.toLowerCase() === segmentBeforeSecret)
      return `${kept.join('/')}/${redacted}`
  }
  return kept.join('/')
}

const redactQuery = (query: string): string => query.split('&').map(redactPiece).join('&')

function withoutUser(url: string): string {
  const found = userInformation.exec(url)
  return found === null ? url : `${url.slice(0, url.indexOf('//') + 2)}${redacted}@${url.slice(found[0].length)}`
}

/** A segment or a parameter: as it is, or cut off after the name of the first secret in it. */
function redactPiece(piece: string): string {
  if (!suspicious.test(piece)) return piece
  const { text, starts } = decodeFully(piece)
  const end = Math.min(endOfName(text), startOfToken(text))
  // An escape may have taken a token's first letter for one of its digits.
  const cut = Math.min(starts[end] ?? Infinity, startOfToken(piece))
  // A name without a value has nothing to hide.
  return cut >= piece.length ? piece : piece.slice(0, cut) + redacted
}

/** Where the value of the first secret that has a name begins; Infinity where there is none. */
function endOfName(text: string): number {
  const found = named.exec(text)
  if (found === null) return Infinity
  const end = found.index + found[0].length
  const isCredential = found[1]?.toLowerCase() === 'x-amz-credential'
  return isCredential ? end + (accessKeyId.exec(text.slice(end))?.[0].length ?? 0) : end
}

/** Of a token's header: `{"alg":"RS256"}` has 20. */
const headerSizeMin = 16
const tokenCharacter = /[\w-]/

/**
 * Where what looks like the first JSON Web Token (RFC 7519) begins, whatever it is called: two JSON objects in base64url with a dot between
 * them; Infinity where there is none. Each character is looked at twice at most, since clients choose them.
 */
function startOfToken(text: string): number {
  for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', dot + 1)) {
    if (!beginsObject(text, dot + 1)) continue
    let first = dot
    while (first > 0 && tokenCharacter.test(text[first - 1]!)) first--
    for (let at = first; at <= dot - headerSizeMin; at++) if (beginsObject(text, at)) return at
  }
  return Infinity
}

/** Whether base64url of a JSON object begins there: `{` and what may follow it. */
const beginsObject = (text: string, at: number): boolean => text[at] === 'e' && 'wy3'.includes(text[at + 1] ?? ' ')

const percent = 0x25

/** The text with its escapes decoded until none is left, each byte a character, and where each of those began in the text given. */
function decodeFully(piece: string): { readonly text: string; readonly starts: readonly number[] } {
  const codes: number[] = []
  const starts: number[] = []
  for (let at = 0; at < piece.length; at++) {
    codes.push(piece.charCodeAt(at))
    starts.push(at)
    // What has been decoded may end an escape in its turn.
    for (let last = codes.length - 1; last >= 2 && codes[last - 2] === percent; last -= 2) {
      const high = hexDigit(codes[last - 1]!)
      const low = hexDigit(codes[last]!)
      if (high < 0 || low < 0) break
      codes.length = starts.length = last - 1
      codes[last - 2] = high * 16 + low
    }
  }
  let text = ''
  for (const code of codes) text += String.fromCharCode(code)
  return { text, starts }
}

/** Its value; -1 where it is none. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
