/**
 * The record of an object's version: what HEAD answers and where the bytes are; or that of a delete marker. A listing reads a thousand of
 * them, so what a listing needs stands in a fixed binary part, and the rest follows as JSON.
 *
 *   0 format (2) · 1 checksum algorithm · 2 checksum type · 3 flags · 4 modified (f64, ms) · 12 size (f64) · 20 MD5 (16) · 36 parts (u16) ·
 *   38 version id (16) · 54 JSON. In format 1 there was no version id.
 */
import assert from 'node:assert/strict'
import type { ChecksumAlgorithm } from '../base/checksum/checksum.ts'
import type { Value } from '../metadata/metadata-store.ts'
import type { Acl } from './acl.ts'
import type { HeadEncryption } from './encryption/seal.ts'
import type { Extent } from './extent.ts'
import type { Retention } from './lock.ts'
import { versionIdAt, type VersionId } from './version-id.ts'

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
  /** As a client names it. */
  readonly versionId: string
  readonly deleteMarker: boolean
  /** The account that owns it, where that is not the bucket's. */
  readonly ownerId: () => string | undefined
}

interface Versioned {
  readonly modifiedMs: number
  /** Where it stands among the versions of its key; absent where the bucket never had versions. */
  readonly versionId?: VersionId | undefined
  /** Clients know it as `null`, since it was written while versioning was not enabled. */
  readonly isNull?: boolean | undefined
  /** The account that owns it, where that is not the bucket's. */
  readonly ownerId?: string | undefined
  /** When it ceased to be the current version; absent while it is. */
  readonly noncurrentMs?: number | undefined
  /** Where it was deleted and can be had back: since when, and until when. */
  readonly deletedMs?: number | undefined
  readonly purgeMs?: number | undefined
}

export interface DeleteMarker extends Versioned {
  readonly versionId: VersionId
  readonly deleteMarker: true
}

/** What may be the newest of a key. */
export type Version = Head | DeleteMarker

/** A version of an object that has bytes. */
export interface Head extends Versioned {
  readonly deleteMarker?: undefined
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
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly acl?: Acl | undefined
  readonly retention?: Retention | undefined
  readonly legalHold?: boolean | undefined
  readonly encryption?: HeadEncryption | undefined
  /** How often it has been appended to. */
  readonly appends?: number | undefined
}

const format = 2
const fixedSizes = [0, 38, 54] as const
const fixedSize = fixedSizes[format]
const deleteMarkerFlag = 1
const nullFlag = 2
const versionFlag = 4
const ownerFlag = 8
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

/** The id by which clients know a version. */
export const shownVersionId = ({ versionId, isNull }: Pick<Version, 'versionId' | 'isNull'>): string =>
  versionId === undefined || isNull === true ? 'null' : versionId

const noBytes = Buffer.alloc(16)

export function encodeVersion(version: Version): Value {
  if (version.deleteMarker !== true) return encodeHead(version)
  const { modifiedMs, versionId, isNull, deleteMarker: _, ...rest } = version
  const flags = deleteMarkerFlag | versionFlag | (isNull === true ? nullFlag : 0)
  return encode({ modifiedMs, versionId, size: 0, md5: noBytes, parts: 0 }, flags, 0, 0, rest)
}

export function encodeHead({ modifiedMs, size, md5, parts, checksum, versionId, isNull, ...rest }: Head): Value {
  const flags = (versionId === undefined ? 0 : versionFlag) | (isNull === true ? nullFlag : 0)
  const algorithm = algorithms.indexOf(checksum?.algorithm ?? '')
  const type = types.indexOf(checksum?.type ?? '')
  const json = { ...rest, checksum: checksum?.value }
  return encode({ modifiedMs, versionId, size, md5, parts }, flags, algorithm, type, json)
}

function encode(
  { modifiedMs, size, md5, parts, versionId }: Pick<Head, 'modifiedMs' | 'size' | 'md5' | 'parts' | 'versionId'>,
  flags: number,
  algorithm: number,
  type: number,
  rest: { readonly ownerId?: string | undefined },
): Value {
  const json = JSON.stringify(rest)
  const value = Buffer.allocUnsafe(fixedSize + Buffer.byteLength(json))
  value[0] = format
  value[1] = algorithm
  value[2] = type
  value[3] = flags | (rest.ownerId === undefined ? 0 : ownerFlag)
  value.writeDoubleBE(modifiedMs, 4)
  value.writeDoubleBE(size, 12)
  value.set(md5, 20)
  value.writeUInt16BE(parts, 36)
  if (versionId === undefined) value.fill(0, 38, 54)
  else value.write(versionId, 38, 16, 'hex')
  value.write(json, fixedSize, 'utf8')
  return value
}

/** Of a record that is no delete marker's. */
export function decodeHead(bytes: Value): Head {
  const version = decodeVersion(bytes)
  assert(version.deleteMarker !== true, 'A delete marker stands where an object belongs')
  return version
}

export function decodeVersion(bytes: Value): Version {
  const value = view(bytes)
  const fixed = fixedSizes[value[0] as 1 | 2]
  const flags = value[0] === 1 ? 0 : value[3]!
  const { checksum, ...rest } = JSON.parse(value.toString('utf8', fixed)) as Omit<Head, 'checksum'> & {
    checksum?: string
  }
  const modifiedMs = value.readDoubleBE(4)
  const isNull = (flags & nullFlag) !== 0 ? { isNull: true } : undefined
  const versionId = (flags & versionFlag) === 0 ? undefined : (value.hexSlice(38, 54) as VersionId)
  if ((flags & deleteMarkerFlag) !== 0) {
    return { ...rest, deleteMarker: true, modifiedMs, versionId: versionId!, ...isNull }
  }
  const algorithm = algorithms[value[1]!]
  const type = types[value[2]!]
  return {
    ...rest,
    ...isNull,
    ...(versionId === undefined ? undefined : { versionId }),
    modifiedMs,
    size: value.readDoubleBE(12),
    md5: value.subarray(20, 36),
    parts: value.readUInt16BE(36),
    checksum: checksum && algorithm && type ? { algorithm, type, value: checksum } : undefined,
  }
}

/** Only what a listing shows: several times cheaper than decodeVersion. */
export function decodeListed(bytes: Value): Listed {
  const value = view(bytes)
  const hex = value.hexSlice(20, 36)
  const parts = value.readUInt16BE(36)
  const flags = value[0] === 1 ? 0 : value[3]!
  return {
    modifiedMs: value.readDoubleBE(4),
    size: value.readDoubleBE(12),
    etag: parts === 0 ? hex : `${hex}-${parts}`,
    checksumAlgorithm: algorithms[value[1]!] || undefined,
    checksumType: types[value[2]!] || undefined,
    versionId: (flags & versionFlag) === 0 || (flags & nullFlag) !== 0 ? 'null' : value.hexSlice(38, 54),
    deleteMarker: (flags & deleteMarkerFlag) !== 0,
    ownerId: () => ((flags & ownerFlag) === 0 ? undefined : decodeVersion(bytes).ownerId),
  }
}

/** Where the version of a record stands among those of its key: the 16 bytes of its id, or of the one that it would be given. */
export function placeOf(bytes: Value): Uint8Array {
  const value = view(bytes)
  const hasId = value[0] !== 1 && (value[3]! & versionFlag) !== 0
  return hasId ? value.subarray(38, 54) : Buffer.from(versionIdAt(value.readDoubleBE(4)), 'hex')
}

function view(value: Value): Buffer & { hexSlice(start: number, end: number): string } {
  assert(
    value[0] === 1 || value[0] === format,
    `An object's record of format ${value[0]} cannot be read by this version`,
  )
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength) as Buffer & {
    hexSlice(start: number, end: number): string
  }
}
