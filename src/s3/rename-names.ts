/** The names that requests to rename give in headers. */
import { ApiError } from '../base/errors.ts'

/** Bytes of UTF-8. */
const keySizeMax = 1024

/**
 * A key, percent-encoded or not (then in UTF-8), with or without a slash before it. Throws InvalidArgument for what is no key, KeyTooLongError.
 */
export function keyOfHeader(name: string, value: string): string {
  const text = Buffer.from(value.startsWith('/') ? value.slice(1) : value, 'latin1')
  const key = unescaped(utf8(text, name, value))
  requireKey(key, name)
  return key
}

/** Throws InvalidArgument for what is no key, KeyTooLongError. */
export function requireKey(key: string, name: string): void {
  if (key === '' || key.includes('\0')) throw noKey(name, key)
  const size = Buffer.byteLength(key)
  if (size <= keySizeMax) return
  throw new ApiError('KeyTooLongError', undefined, {
    details: { Size: String(size), MaxSizeAllowed: String(keySizeMax) },
  })
}

function utf8(bytes: Buffer, name: string, value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw noKey(name, value)
  }
}

/** What is not percent-encoded is taken as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const noKey = (ArgumentName: string, ArgumentValue: string): ApiError =>
  new ApiError('InvalidArgument', `The value of ${ArgumentName} is not the key of an object.`, {
    details: { ArgumentName, ArgumentValue },
  })
