/**
 * Server-side encryption as requests ask for it and answers tell it (Amazon S3 User Guide, "Protecting data with server-side encryption"): with keys
 * of the server (SSE-S3, `AES256`) and with those of the client (SSE-C). What asks for a key service (SSE-KMS) is refused.
 */
import { ApiError } from '../base/errors.ts'
import type { Bucket } from '../objects/bucket.ts'
import { parseCustomerKey } from '../objects/encryption/customer-key.ts'
import { wrongCustomerKey } from '../objects/encryption/data-keys.ts'
import type { CustomerKey, Encryption, HeadEncryption } from '../objects/encryption/seal.ts'
import type { Upload } from '../objects/upload.ts'

interface CustomerKeyInput {
  readonly SSECustomerAlgorithm?: string | undefined
  readonly SSECustomerKey?: string | undefined
  readonly SSECustomerKeyMD5?: string | undefined
}

interface CopySourceKeyInput {
  readonly CopySourceSSECustomerAlgorithm?: string | undefined
  readonly CopySourceSSECustomerKey?: string | undefined
  readonly CopySourceSSECustomerKeyMD5?: string | undefined
}

/** What PutObject, CopyObject, CreateMultipartUpload and a browser's POST have in common. */
export interface EncryptionInput extends CustomerKeyInput {
  readonly ServerSideEncryption?: string | undefined
  readonly SSEKMSKeyId?: string | undefined
  readonly SSEKMSEncryptionContext?: string | undefined
}

const header = 'x-amz-server-side-encryption'

/**
 * What a new object is to be encrypted with: what the request asks for, else the bucket's default; undefined for not at all. `secure`: clients may
 * send keys on this connection. Throws InvalidArgument, InvalidRequest, InvalidEncryptionAlgorithmError, NotImplemented.
 */
export function requestedEncryption(
  input: EncryptionInput,
  { encryption }: Pick<Bucket, 'encryption'>,
  secure: boolean,
): Encryption | undefined {
  const { ServerSideEncryption: method } = input
  checkMethod(input)
  const customerKey = customerKeyOf(input, secure)
  if (customerKey !== undefined) return { kind: 'SSE-C', key: customerKey }
  return method === 'AES256' || encryption !== undefined ? { kind: 'AES256' } : undefined
}

/** What contradicts itself is told first, then what is not done. */
function checkMethod(input: EncryptionInput): void {
  const { ServerSideEncryption: method, SSEKMSKeyId, SSEKMSEncryptionContext } = input
  if (method !== undefined && hasCustomerKey(input)) {
    throw invalid(
      'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
      method,
    )
  }
  const keyService = method === 'aws:kms' || method === 'aws:kms:dsse'
  if (!keyService && method !== undefined && method !== 'AES256') {
    throw invalid('The encryption method specified is not supported', method)
  }
  if (!keyService && (SSEKMSKeyId ?? SSEKMSEncryptionContext) !== undefined) {
    throw invalid(
      `Server Side Encryption with AWS KMS managed key requires HTTP header ${header} : aws:kms`,
      method ?? 'null',
    )
  }
  if (keyService) throw notImplemented(`The header ${header}: ${method}`)
}

const hasCustomerKey = ({ SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5 }: CustomerKeyInput): boolean =>
  (SSECustomerAlgorithm ?? SSECustomerKey ?? SSECustomerKeyMD5) !== undefined

/** The key sent with the request, where one is. Throws as parseCustomerKey. */
export function customerKeyOf(input: CustomerKeyInput, secure: boolean): CustomerKey | undefined {
  const { SSECustomerAlgorithm: algorithm, SSECustomerKey: key, SSECustomerKeyMD5: md5 } = input
  return parseCustomerKey({ algorithm, key, md5 }, secure)
}

/** The key sent for a copy's source, where one is. Throws as parseCustomerKey. */
export function copySourceKeyOf(input: CopySourceKeyInput, secure: boolean): CustomerKey | undefined {
  const {
    CopySourceSSECustomerAlgorithm: algorithm,
    CopySourceSSECustomerKey: key,
    CopySourceSSECustomerKeyMD5: md5,
  } = input
  return parseCustomerKey({ algorithm, key, md5 }, secure)
}

/**
 * The key to read a version with; undefined where it needs none. Throws InvalidRequest where the version needs a key and none was sent, or
 * the other way round, and AccessDenied where it is another's.
 */
export function keyToRead(
  encryption: HeadEncryption | undefined,
  sent: CustomerKey | undefined,
): CustomerKey | undefined {
  if (encryption?.kind !== 'SSE-C') {
    if (sent === undefined) return undefined
    throw new ApiError('InvalidRequest', 'The encryption parameters are not applicable to this object.')
  }
  if (sent === undefined) {
    throw new ApiError(
      'InvalidRequest',
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    )
  }
  if (sent.md5 !== encryption.keyMd5) throw wrongCustomerKey()
  return sent
}

/**
 * What a part is to be encrypted with, as its upload was begun. Throws InvalidRequest where what was sent is not what the upload was begun with.
 */
export function encryptionOfPart(
  upload: HeadEncryption | undefined,
  sent: CustomerKey | undefined,
): Encryption | undefined {
  if (upload?.kind !== 'SSE-C') {
    if (sent === undefined) return upload
    throw new ApiError(
      'InvalidRequest',
      'The multipart upload initiate did not request encryption. Please resend the request without sending encryption parameters.',
    )
  }
  if (sent === undefined) {
    throw new ApiError(
      'InvalidRequest',
      'The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.',
    )
  }
  if (sent.md5 !== upload.keyMd5) {
    throw new ApiError('InvalidRequest', 'The provided encryption parameters did not match the ones used originally.')
  }
  return { kind: 'SSE-C', key: sent }
}

/**
 * Checks the key of a request that moves no bytes of an upload: it is needed only for an upload that was begun with a checksum algorithm, as AWS
 * has it, and where it is sent it must be the upload's. Throws InvalidRequest.
 */
export function checkKeyOfUpload(
  { encryption, checksumAlgorithm }: Pick<Upload, 'encryption' | 'checksumAlgorithm'>,
  sent: CustomerKey | undefined,
): void {
  if (sent !== undefined || checksumAlgorithm !== undefined) encryptionOfPart(encryption, sent)
}

/** Throws InvalidArgument where a request that reads says how to encrypt, as AWS does; only SSE-C has headers for reading. */
export function refuseEncryptionOfRead(headers: Readonly<Record<string, string | undefined>>): void {
  const method = headers[header]
  if (method !== undefined) throw invalid(`${header} header is not supported for this operation.`, method)
}

/** The members of an answer that tell how a version is encrypted. */
export const encryptionMembers = (encryption: HeadEncryption | undefined): EncryptionMembers =>
  encryption === undefined
    ? {}
    : encryption.kind === 'AES256'
      ? sseS3
      : { SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: encryption.keyMd5 }

export interface EncryptionMembers {
  readonly ServerSideEncryption?: 'AES256'
  readonly SSECustomerAlgorithm?: 'AES256'
  readonly SSECustomerKeyMD5?: string
}

const sseS3 = { ServerSideEncryption: 'AES256' } as const

const invalid = (message: string, method: string): ApiError =>
  new ApiError('InvalidArgument', message, { details: { ArgumentName: header, ArgumentValue: method } })

const notImplemented = (what: string): ApiError =>
  new ApiError('NotImplemented', `${what} that you provided implies functionality that is not implemented.`, {
    details: { Header: header },
  })
