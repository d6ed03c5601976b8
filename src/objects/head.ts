/**
 * The record of an object's version: what HEAD answers and where the bytes are. A listing reads a thousand of them, so what a
 * listing needs stands in a fixed binary part, and the rest follows as JSON.
 *
 *   0 format (1) · 1 checksum algorithm · 2 checksum type · 3 reserved · 4 modified (f64, ms) · 12 size (f64) · 20 MD5 (16) · 36 parts (u16) · 38 JSON
 */
import assert from 'node:assert/strict'
import type { ChecksumAlgorithm } from '../base/checksum/checksum.ts'
import type { Value } from '../metadata/metadata-store.ts'
import type { Extent } from './extent.ts'

export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT'

/** The headers that S3 keeps with an object and gives back. */
export interface SystemMetadata {
  readonly contentType?: string | undefined
  readonly cacheControl?: string | undefined
  readonly contentDisposition?: string | undefined
  readonly contentEncoding?: string | undefined
  readonly contentLanguage?: string | undefined
  readonly expires?: string | undefined
}

export interface Checksummed {
  readonly algorithm: ChecksumAlgorithm
  readonly type: ChecksumType
  /** Base64; a COMPOSITE one ends in `-<parts>`. */
  readonly value: string
}

/** What a listing shows. */
export interface Listed {
  readonly modifiedMs: number
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined
  readonly checksumType: ChecksumType | undefined
}

export interface Head {
  readonly modifiedMs: number
  readonly size: number
  /** 16 bytes: the MD5 of the bytes, or of the parts' MD5s. */
  readonly md5: Uint8Array
  /** Of a multipart object, else 0. */
  readonly parts: number
  readonly system: SystemMetadata
  readonly metadata: Readonly<Record<string, string>>
  readonly checksum?: Checksummed | undefined
  readonly extent: Extent
  /** The upload that made it, so that a repeated CompleteMultipartUpload is told the same again. */
  readonly uploadId?: string | undefined
}

const format = 1
const fixedSize = 38
/** Positions are what is stored: append only. */
const algorithms = [
  '',
  'CRC32',
  'CRC32C',
  'CRC64NVME',
  'SHA1',
  'SHA256',
  'SHA512',
  'MD5',
  'XXHASH64',
  'XXHASH3',
  'XXHASH128',
] as const
const types = ['', 'COMPOSITE', 'FULL_OBJECT'] as const

/** Without quotes. */
export const etagOf = ({ md5, parts }: Pick<Head, 'md5' | 'parts'>): string => {
  const hex = Buffer.from(md5.buffer, md5.byteOffset, 16).toString('hex')
  return parts === 0 ? hex : `${hex}-${parts}`
}

export function encodeHead({ modifiedMs, size, md5, parts, checksum, ...rest }: Head): Value {
  const json = JSON.stringify({ ...rest, checksum: checksum?.value })
  const value = Buffer.allocUnsafe(fixedSize + Buffer.byteLength(json))
  value[0] = format
  value[1] = algorithms.indexOf(checksum?.algorithm ?? '')
  value[2] = types.indexOf(checksum?.type ?? '')
  value[3] = 0
  value.writeDoubleBE(modifiedMs, 4)
  value.writeDoubleBE(size, 12)
  value.set(md5, 20)
  value.writeUInt16BE(parts, 36)
  value.write(json, fixedSize, 'utf8')
  return value
}

export function decodeHead(bytes: Value): Head {
  const value = view(bytes)
  const { checksum, ...rest } = JSON.parse(value.toString('utf8', fixedSize)) as Omit<Head, 'checksum'> & {
    checksum?: string
  }
  const algorithm = algorithms[value[1]!]
  const type = types[value[2]!]
  return {
    ...rest,
    modifiedMs: value.readDoubleBE(4),
    size: value.readDoubleBE(12),
    md5: value.subarray(20, 36),
    parts: value.readUInt16BE(36),
    checksum: checksum && algorithm && type ? { algorithm, type, value: checksum } : undefined,
  }
}

/** Only what a listing shows: several times cheaper than decodeHead. */
export function decodeListed(bytes: Value): Listed {
  const value = view(bytes)
  const hex = value.hexSlice(20, 36)
  const parts = value.readUInt16BE(36)
  return {
    modifiedMs: value.readDoubleBE(4),
    size: value.readDoubleBE(12),
    etag: parts === 0 ? hex : `${hex}-${parts}`,
    checksumAlgorithm: algorithms[value[1]!] || undefined,
    checksumType: types[value[2]!] || undefined,
  }
}

function view(value: Value): Buffer & { hexSlice(start: number, end: number): string } {
  assert(value[0] === format, `An object's record of format ${value[0]} cannot be read by this version`)
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength) as Buffer & {
    hexSlice(start: number, end: number): string
  }
}
