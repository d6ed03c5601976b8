/** AWS's URI encoding: unreserved characters stay, every other byte becomes %XX in upper case (Signature Version 4, "UriEncode"). */
import { ApiError } from '../../base/errors.ts'

/** By character code below 256: 1 for A-Z a-z 0-9 - . _ ~, 2 for `/`, 0 for the rest. */
const kinds = new Uint8Array(256)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') {
  kinds[character.charCodeAt(0)] = 1
}
kinds[0x2f] = 2

const escapes = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)

const percent = 0x25

/**
 * The canonical URI of a path as sent: each byte decoded once and encoded anew, so that it does not matter which of `+ ( ! @ :` the
 * client left bare. Slashes stay as they are, none is added by decoding (`%2F` stays), and nothing is normalised. Throws InvalidURI for
 * a broken escape.
 */
export function canonicalUri(path: string): string {
  return isCanonical(path) ? path : recode(path)
}

function isCanonical(path: string): boolean {
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index)
    if (code > 255 || kinds[code] === 0) return false
  }
  return true
}

function recode(path: string): string {
  let encoded = ''
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index)
    if (code === percent) {
      const byte = hexDigit(path.charCodeAt(index + 1)) * 16 + hexDigit(path.charCodeAt(index + 2))
      if (!(byte >= 0)) throw new ApiError('InvalidURI')
      encoded += kinds[byte] === 1 ? String.fromCharCode(byte) : escapes[byte]!
      index += 2
    } else if (code > 255) {
      throw new ApiError('InvalidURI') // A path as sent is bytes.
    } else {
      encoded += kinds[code] === 0 ? escapes[code]! : path[index]!
    }
  }
  return encoded
}

/** NaN for what is no hexadecimal digit, the end of the text (NaN) included. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : NaN
}

/** A query name or value, decoded, as the canonical query string has it: everything but the unreserved encoded, `/` too. */
export function encodeText(text: string): string {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 255 || kinds[code] !== 1) return encodeAll(text)
  }
  return text
}

function encodeAll(text: string): string {
  try {
    return encodeURIComponent(text).replace(/[!'()*]/g, (character) => escapes[character.charCodeAt(0)]!)
  } catch (cause) {
    throw new ApiError('InvalidURI', undefined, { cause }) // A lone surrogate.
  }
}
