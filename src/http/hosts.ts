/** The Host header: which host and port a client asked for (RFC 9110 7.2, RFC 3986 3.2.2). */

export interface Host {
  /** In lower case, without a final dot; an IPv6 address without its brackets. */
  readonly name: string
  readonly port: number | undefined
}

const hostSizeMax = 255 + 6

/** `value` as sent; undefined where it is no valid host: empty, more than one, user information, a bad port. */
export function parseHost(value: string): Host | undefined {
  if (value.length === 0 || value.length > hostSizeMax) return undefined
  const ipv6 = value.charCodeAt(0) === 0x5b /* [ */
  const nameEnd = ipv6 ? value.indexOf(']') : endOfName(value)
  if (nameEnd <= 0) return undefined
  const colon = ipv6 ? nameEnd + 1 : nameEnd
  let port: number | undefined
  if (colon < value.length) {
    if (value.charCodeAt(colon) !== 0x3a /* : */) return undefined
    port = parsePort(value, colon + 1)
    if (port === undefined && colon + 1 < value.length) return undefined
  }
  if (ipv6) {
    const address = value.slice(1, nameEnd).toLowerCase()
    return isIpv6Text(address) ? { name: address, port } : undefined
  }
  const name = value.slice(0, nameEnd).toLowerCase()
  const bare = name.endsWith('.') ? name.slice(0, -1) : name
  return bare === '' ? undefined : { name: bare, port }
}

/** Where letters, digits, `-`, `.` and `_` end: the characters of every host name in use. */
function endOfName(value: string): number {
  let end = 0
  while (end < value.length && isNameCode(value.charCodeAt(end))) end++
  return end
}

const isNameCode = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x2d && code <= 0x39 && code !== 0x2f) ||
  code === 0x5f

/** Up to five digits to the end of the text. */
function parsePort(value: string, start: number): number | undefined {
  const digits = value.length - start
  if (digits < 1 || digits > 5) return undefined
  let port = 0
  for (let at = start; at < value.length; at++) {
    const digit = value.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return undefined
    port = port * 10 + digit
  }
  return port <= 65_535 ? port : undefined
}

function isIpv6Text(text: string): boolean {
  if (!text.includes(':')) return false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const hexadecimal = (code >= 0x61 && code <= 0x66) || (code >= 0x30 && code <= 0x39)
    if (!hexadecimal && code !== 0x3a && code !== 0x2e) return false
  }
  return true
}
