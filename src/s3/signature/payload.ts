/**
 * The content of a request's body, as its payload mode says: aws-chunked taken apart, hashes and signatures checked while it streams.
 * The last bytes come only once everything has been found right; otherwise the stream throws, and never just ends.
 */
import assert from 'node:assert/strict'
import { createHash, hash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { ApiError } from '../../base/errors.ts'
import type { HttpRequest } from '../../http/message.ts'
import type { Authentication } from './authenticate.ts'
import { ChunkedDecoder } from './chunked.ts'
import type { ChunkSigning } from './payload-mode.ts'
import { declaredTrailers } from './trailer.ts'
import type { Trailers } from './trailer.ts'

export interface Payload {
  /** The content, once. Ends only if all that the client said of it is true. */
  readonly body: AsyncIterable<Uint8Array>
  /** Bytes of content as declared; undefined where nothing was. */
  readonly size: number | undefined
  /** The trailer's headers, names in lower case; only after the body has ended. None where the body has no trailer. */
  readonly trailers: () => Trailers
}

/**
 * Opens the body; nothing is read until the first pull. `chunkSizeMin` is what each chunk of an aws-chunked body but the last must have:
 * AWS demands 8,192 bytes (InvalidChunkSizeError), which we don't unless told to. Throws InvalidRequest for a trailer that is not to be
 * had, MissingContentLength where an aws-chunked body does not declare the size of its content. The body throws
 * XAmzContentSHA256Mismatch, SignatureDoesNotMatch, IncompleteBody or MalformedTrailerError.
 */
export function openPayload(
  { payload }: Pick<Authentication, 'payload'>,
  request: HttpRequest,
  chunkSizeMin = 0,
): Payload {
  switch (payload.name) {
    case 'sha256':
      refuseTrailer(request)
      return plain(checkSha256(request.body, payload.sha256, request.contentLength), request)
    case 'UNSIGNED-PAYLOAD':
      refuseTrailer(request)
      return plain(request.body, request)
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      refuseTrailer(request)
      return chunked(request, payload.signing, undefined, chunkSizeMin)
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return chunked(request, payload.signing, declaredTrailers(request.headers['x-amz-trailer']), chunkSizeMin)
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return chunked(request, undefined, declaredTrailers(request.headers['x-amz-trailer']), chunkSizeMin)
  }
}

/** What of a Content-Encoding is the object's: all but `aws-chunked`, which is only how the body came. Undefined where nothing is left. */
export function storedContentEncoding(contentEncoding: string | undefined): string | undefined {
  if (contentEncoding === undefined || !/aws-chunked/i.test(contentEncoding)) return contentEncoding
  const codings = contentEncoding.split(',').map((coding) => coding.trim())
  const stored = codings.filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked')
  return stored.length === 0 ? undefined : stored.join(',')
}

/** A checksum that was promised in a trailer which the payload mode has no place for would silently go unchecked. */
function refuseTrailer({ headers }: HttpRequest): void {
  if (headers['x-amz-trailer'] === undefined) return
  throw new ApiError('InvalidRequest', 'x-amz-trailer requires an x-amz-content-sha256 of STREAMING-…-TRAILER')
}

const noTrailers: Trailers = {}

const plain = (body: AsyncIterable<Uint8Array>, request: HttpRequest): Payload => ({
  body,
  size: request.contentLength,
  trailers: () => noTrailers,
})

function chunked(
  request: HttpRequest,
  signing: ChunkSigning | undefined,
  trailer: readonly string[] | undefined,
  chunkSizeMin: number,
): Payload {
  const size = decodedSize(request)
  const decoder = new ChunkedDecoder({ size, signing, trailer, chunkSizeMin })
  return {
    body: decoder.decode(request.body),
    size,
    trailers() {
      assert(decoder.trailers !== undefined, 'the body has not ended')
      return decoder.trailers
    },
  }
}

function decodedSize({ headers }: HttpRequest): number {
  const text = headers['x-amz-decoded-content-length']
  if (text === undefined) throw new ApiError('MissingContentLength')
  if (!/^\d{1,15}$/.test(text)) {
    throw new ApiError('InvalidArgument', 'x-amz-decoded-content-length must be a number of bytes', {
      details: { ArgumentName: 'x-amz-decoded-content-length', ArgumentValue: text },
    })
  }
  return Number(text)
}

/** Passes a body on, its last piece only after the hash of all is the expected one. */
async function* checkSha256(
  body: AsyncIterable<Uint8Array>,
  expected: string,
  size: number | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let digest: Hash | undefined
  let last: Uint8Array | undefined
  for await (const piece of body) {
    if (piece.length === 0) continue
    if (last !== undefined) yield last
    last = piece
    if (digest === undefined && piece.length === size) continue // The whole body: hashed at one go.
    digest ??= createHash('sha256')
    digest.update(piece)
  }
  const computed = digest === undefined ? hash('sha256', last ?? '', 'hex') : digest.digest('hex')
  if (computed !== expected) {
    throw new ApiError('XAmzContentSHA256Mismatch', undefined, {
      details: { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: computed },
    })
  }
  if (last !== undefined) yield last
}
