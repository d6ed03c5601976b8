/** An unfinished multipart upload and its parts, as their records keep them. */
import type { ChecksumAlgorithm } from '../base/checksum/checksum.ts'
import type { Value } from '../metadata/metadata-store.ts'
import type { Piece } from './extent.ts'
import type { ChecksumType } from './head.ts'
import type { Described } from './objects.ts'
import type { HeadEncryption } from './encryption/seal.ts'

export interface Upload extends Described {
  readonly uploadId: string
  readonly key: string
  readonly initiatedMs: number
  readonly accountId: string
  /** What its parts are encrypted with. */
  readonly encryption?: HeadEncryption | undefined
  readonly checksumAlgorithm?: ChecksumAlgorithm | undefined
  readonly checksumType?: ChecksumType | undefined
}

export interface Part {
  readonly partNumber: number
  readonly modifiedMs: number
  readonly size: number
  /** Hex. */
  readonly md5: string
  /** Base64, by the upload's algorithm or the one the part came with. */
  readonly checksum?: string | undefined
  readonly checksumAlgorithm?: ChecksumAlgorithm | undefined
  readonly piece: Piece
}

const format = 1

export const encodeUpload = (upload: Upload): Value => Buffer.from(JSON.stringify({ format, ...upload }))
export const decodeUpload = (value: Value): Upload => decode<Upload>(value)
export const encodePart = (part: Part): Value => Buffer.from(JSON.stringify({ format, ...part }))
export const decodePart = (value: Value): Part => decode<Part>(value)

function decode<T>(value: Value): T {
  const { format: stored, ...record } = JSON.parse(Buffer.from(value).toString('utf8')) as T & { format: number }
  if (stored !== format) throw new Error(`An upload's record of format ${stored} cannot be read by this version`)
  return record as T
}
