/**
 * What a request says of its body's integrity: Content-MD5 and one x-amz-checksum-*, as a header or as a trailer (Amazon S3 User Guide, "Checking
 * object integrity"). It is checked when the body has ended and before anything of it is kept.
 */
import { checksumAlgorithms, checksumSize, createChecksum, type ChecksumAlgorithm } from '../base/checksum/checksum.ts'
import { createHash, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../base/errors.ts'
import { passesOverChecksums } from './profile-checksums.ts'

type Headers = Readonly<Record<string, string | undefined>>

export interface Declared {
  /** The algorithm whose checksum is kept with the object. */
  readonly algorithm: ChecksumAlgorithm | undefined
  /** Throws BadDigest where the body is not the one declared, or InvalidRequest where a trailer promised is missing. */
  verify(body: { readonly md5: Buffer | undefined; readonly checksum: Buffer | undefined }): void
}

/** The header that carries a checksum of the algorithm. */
const headerOf = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`
const headers = new Map(checksumAlgorithms.map((algorithm) => [headerOf(algorithm), algorithm]))

const nothing: Declared = { algorithm: undefined, verify: () => undefined }

/** `trailers` are asked for when the body has ended. */
export function declaredChecksum(request: Headers, trailers: () => Headers): Declared {
  const md5 = md5Of(request)
  const found = inHeaders(request)
  const promised = inTrailer(request)
  const named = request['x-amz-sdk-checksum-algorithm']?.toUpperCase()
  if (md5 === undefined && found === undefined && promised === undefined && named === undefined) return nothing
  if (found !== undefined && promised !== undefined) throw several()
  const algorithm = found?.algorithm ?? promised
  if (named !== undefined) checkNamed(named, algorithm)
  return {
    algorithm,
    verify(body) {
      if (md5 !== undefined && !same(md5, body.md5))
        throw new ApiError('BadDigest', 'The Content-MD5 you specified did not match what we received.')
      if (algorithm === undefined) return
      const expected = found?.expected ?? fromTrailer(algorithm, trailers())
      if (!same(expected, body.checksum)) {
        throw new ApiError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`)
      }
    },
  }
}

/** Whether the request says anything of its body's integrity, as DeleteObjects must. */
export const declaresIntegrity = (request: Headers): boolean =>
  passesOverChecksums(request) ||
  request['content-md5'] !== undefined ||
  inTrailer(request) !== undefined ||
  inHeaders(request) !== undefined

/** Passes a document's bytes on, and throws before it ends if they are not those declared. */
export async function* verified(body: AsyncIterable<Uint8Array>, declared: Declared): AsyncGenerator<Uint8Array> {
  const md5 = createHash('md5')
  const checksum = declared.algorithm && createChecksum(declared.algorithm)
  for await (const chunk of body) {
    md5.update(chunk)
    checksum?.update(chunk)
    yield chunk
  }
  declared.verify({ md5: md5.digest(), checksum: checksum?.digest() })
}

function md5Of(request: Headers): Buffer | undefined {
  const text = request['content-md5']
  return text === undefined ? undefined : decode(text, 16, 'The Content-MD5 you specified was invalid.')
}

function inHeaders(request: Headers): { readonly algorithm: ChecksumAlgorithm; readonly expected: Buffer } | undefined {
  let found: { readonly algorithm: ChecksumAlgorithm; readonly expected: Buffer } | undefined
  for (const name in request) {
    if (!name.startsWith('x-amz-checksum-')) continue
    const algorithm = headers.get(name)
    if (algorithm === undefined) continue
    if (found !== undefined) throw several()
    found = { algorithm, expected: decodeChecksum(algorithm, request[name]!) }
  }
  return found
}

function inTrailer(request: Headers): ChecksumAlgorithm | undefined {
  const trailer = request['x-amz-trailer']
  if (trailer === undefined) return undefined
  const algorithm = headers.get(trailer.trim().toLowerCase())
  if (algorithm === undefined)
    throw new ApiError('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported')
  return algorithm
}

function checkNamed(named: string, algorithm: ChecksumAlgorithm | undefined): void {
  if (algorithm === undefined) {
    throw new ApiError(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    )
  }
  if (named !== algorithm)
    throw new ApiError('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.')
}

function fromTrailer(algorithm: ChecksumAlgorithm, trailers: Headers): Buffer {
  const text = trailers[headerOf(algorithm)]
  if (text === undefined) throw new ApiError('MalformedTrailerError')
  return decodeChecksum(algorithm, text)
}

/** Throws InvalidRequest unless it is base64 of the algorithm's size. */
export const decodeChecksum = (algorithm: ChecksumAlgorithm, text: string): Buffer =>
  decode(text, checksumSize[algorithm], `Value for ${headerOf(algorithm)} header is invalid.`, 'InvalidRequest')

function decode(
  text: string,
  size: number,
  message: string,
  code: 'InvalidDigest' | 'InvalidRequest' = 'InvalidDigest',
): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== size || bytes.toString('base64') !== text.trim()) throw new ApiError(code, message)
  return bytes
}

const same = (expected: Buffer, actual: Buffer | undefined): boolean =>
  actual !== undefined && actual.length === expected.length && timingSafeEqual(expected, actual)

const several = (): ApiError =>
  new ApiError('InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.')
