/** Verifies a Signature Version 4 claim against a secret. */
import type { HttpRequest } from '../../http/message.ts'
import type { Query } from '../../http/query.ts'
import type { ApiError } from '../../base/errors.ts'
import { canonicalQuery, canonicalRequest, sign, stringToSign } from './canonical-request.ts'
import type { Reading } from './canonical-request.ts'
import { guessOfReading, signatureDoesNotMatch } from './mismatch.ts'
import { canonicalUri } from './percent-encoding.ts'
import { furtherReadings } from './readings.ts'
import type { ReadingOptions } from './readings.ts'
import { sameSignature } from './same-signature.ts'
import type { V4Claim } from './v4-claim.ts'

const signatureParameter = 'X-Amz-Signature'

/** The keys that a request may be signed with. */
export interface V4Keys {
  readonly key: Uint8Array
  /** That of the secret before, where it counts too; made when it is first asked for. */
  readonly previous: (() => Uint8Array) | undefined
}

/** The key that the request is signed with; otherwise the SignatureDoesNotMatch to throw. */
export function verifyV4(
  claim: V4Claim,
  keys: V4Keys,
  request: HttpRequest,
  query: Query,
  bucket: string | undefined,
  options: ReadingOptions,
): Uint8Array | ApiError {
  const leftOut = claim.method === 'v4-query' ? signatureParameter : undefined
  const first: Reading = {
    method: request.method,
    uri: canonicalUri(request.path),
    query: canonicalQuery(query, leftOut),
    host: request.host,
    headers: request.headers,
    collapse: true,
    encoding: 'utf8',
    payload: claim.payloadText,
  }
  // Where a trusted proxy names another host, the router went by that, and Host must name the same bucket.
  const { forwarded, host } = request
  const fits = forwarded.host === undefined || options.bucketOfHost(host) === bucket
  if (fits) {
    const signer = signerOf(first, claim, keys)
    if (signer !== undefined) return signer
  }
  for (const reading of furtherReadings(first, request, claim.signedHeaders, bucket, options)) {
    const signer = signerOf(reading, claim, keys)
    if (signer !== undefined) return signer
  }
  const canonical = canonicalRequest(first, claim.signedHeaders)
  return signatureDoesNotMatch({
    accessKeyId: claim.accessKeyId,
    signature: claim.signature,
    stringToSign: stringToSign(canonical, first.encoding, claim.timestamp, claim.scope),
    canonicalRequest: canonical,
    ...guessOfReading({
      reading: first,
      request,
      query,
      bucket,
      leftOut,
      signedHeaders: claim.signedHeaders.names,
      matches: (reading) => signerOf(reading, claim, keys) !== undefined,
    }),
  })
}

/** The key that the reading is signed with; undefined where it is none of them. */
function signerOf(reading: Reading, claim: V4Claim, { key, previous }: V4Keys): Uint8Array | undefined {
  const canonical = canonicalRequest(reading, claim.signedHeaders)
  const text = stringToSign(canonical, reading.encoding, claim.timestamp, claim.scope)
  if (sameSignature(sign(key, text), claim.signature)) return key
  if (previous === undefined) return undefined
  const former = previous()
  return sameSignature(sign(former, text), claim.signature) ? former : undefined
}
