/** The key that a client sends with its request (SSE-C): checked, and told what is wrong with it as AWS does. */
import { hash, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../../base/errors.ts'
import type { CustomerKey } from './seal.ts'

/** The three headers, or the three of a copy's source. */
export interface CustomerKeyHeaders {
  readonly algorithm: string | undefined
  /** Base64 of 32 bytes. */
  readonly key: string | undefined
  /** Base64 of their MD5. */
  readonly md5: string | undefined
}

const prefix = 'Requests specifying Server Side Encryption with Customer provided keys must'
const keySize = 32
const md5Size = 16

/**
 * Undefined where none of the headers was sent. `secure`: keys may travel on this connection. Throws InvalidArgument, InvalidEncryptionAlgorithmError,
 * and InvalidRequest where the connection is not secure. No error has the key in it.
 */
export function parseCustomerKey(
  { algorithm, key, md5 }: CustomerKeyHeaders,
  secure: boolean,
): CustomerKey | undefined {
  if (algorithm === undefined && key === undefined && md5 === undefined) return undefined
  if (!secure) throw new ApiError('InvalidRequest', `${prefix} be made over a secure connection.`)
  if (algorithm === undefined) throw invalid('algorithm', `${prefix} provide a valid encryption algorithm.`)
  if (algorithm !== 'AES256') throw new ApiError('InvalidEncryptionAlgorithmError')
  if (key === undefined) throw invalid('key', `${prefix} provide an appropriate secret key.`)
  if (md5 === undefined) throw invalid('key-MD5', `${prefix} provide the client calculated MD5 of the secret key.`)
  const bytes = bytesOf(key, keySize)
  if (bytes === undefined) throw invalid('key', 'The secret key was invalid for the specified algorithm.')
  const declared = bytesOf(md5, md5Size)
  if (declared === undefined || !timingSafeEqual(declared, hash('md5', bytes, 'buffer'))) {
    throw invalid('key-MD5', 'The calculated MD5 hash of the key did not match the hash that was provided.')
  }
  return { bytes, md5: declared.toString('base64') }
}

/** What base64 stands for, where that is so many bytes and nothing else. */
function bytesOf(text: string, size: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === size && bytes.toString('base64') === text ? bytes : undefined
}

const invalid = (header: string, message: string): ApiError =>
  new ApiError('InvalidArgument', message, {
    details: { ArgumentName: `x-amz-server-side-encryption-customer-${header}` },
  })
