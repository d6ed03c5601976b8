/** The closed list of what `x-amz-content-sha256` may say: how a body is sent, and what of it the signature covers. */
import { ApiError } from '../../base/errors.ts'

/** What the signatures of chunks and trailers are made with. */
export interface ChunkSigning {
  readonly key: Uint8Array
  /** The request's own signature, from which the chain starts: 64 hexadecimal digits. */
  readonly seed: string
  /** `20130524T000000Z` */
  readonly timestamp: string
  /** `20130524/us-east-1/s3/aws4_request` */
  readonly scope: string
}

export type PayloadMode =
  | { readonly name: 'sha256'; /** 64 hexadecimal digits in lower case. */ readonly sha256: string }
  | { readonly name: 'UNSIGNED-PAYLOAD' }
  | { readonly name: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }
  | { readonly name: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'; readonly signing: ChunkSigning }
  | { readonly name: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'; readonly signing: ChunkSigning }

export type PayloadName = PayloadMode['name']

export const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

export const unsignedPayload: PayloadMode = { name: 'UNSIGNED-PAYLOAD' }
export const unsignedTrailerPayload: PayloadMode = { name: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }

/** The mode a value of `x-amz-content-sha256` names. Throws InvalidArgument for what is not on the list, NotImplemented for SigV4A's. */
export function payloadName(value: string): PayloadName {
  if (isSha256(value)) return 'sha256'
  switch (value) {
    case 'UNSIGNED-PAYLOAD':
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return value
    case 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER':
      throw new ApiError('NotImplemented', 'Signature Version 4A (AWS4-ECDSA-P256-SHA256) is not implemented.')
    default:
      throw unlisted(value)
  }
}

/** What AWS says to a value that is not on the list. */
export const unlisted = (value: string): ApiError =>
  new ApiError(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    { details: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: value } },
  )

function isSha256(value: string): boolean {
  return value === emptySha256 || isHex64(value) || (value.length === 64 && isHex64(value.toLowerCase()))
}

/** Whether the text is 64 hexadecimal digits in lower case. */
export function isHex64(text: string): boolean {
  if (text.length !== 64) return false
  for (let index = 0; index < 64; index++) {
    const code = text.charCodeAt(index)
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return false
  }
  return true
}
