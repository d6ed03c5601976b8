/** Pieces of answers that several operations share. */
import type { ChecksumAlgorithm } from '../base/checksum/checksum.ts'
import type { Checksummed, Head } from '../objects/head.ts'
import { etagOf } from '../objects/head.ts'
import { encryptionMembers } from './encryption.ts'

/** S3 shows times to the second, so that a listing and a HEAD say the same. */
export const seconds = (ms: number): number => ms - (ms % 1000)

type ChecksumMember = `Checksum${ChecksumAlgorithm}`

/** `{ ChecksumCRC32: value }` for CRC32. */
export const checksumMember = (
  algorithm: ChecksumAlgorithm | undefined,
  value: string | undefined,
): { readonly [M in ChecksumMember]?: string } =>
  algorithm === undefined || value === undefined ? {} : { [`Checksum${algorithm}`]: value }

export const checksumMembers = (
  checksum: Checksummed | undefined,
): { readonly [M in ChecksumMember]?: string } & { readonly ChecksumType?: string } =>
  checksum === undefined ? {} : { ...checksumMember(checksum.algorithm, checksum.value), ChecksumType: checksum.type }

/** What GetObject and HeadObject say of a version. */
export const describe = (head: Head) => ({
  AcceptRanges: 'bytes',
  LastModified: seconds(head.modifiedMs),
  ETag: etagOf(head),
  CacheControl: head.system.cacheControl,
  ContentDisposition: head.system.contentDisposition,
  ContentEncoding: head.system.contentEncoding,
  ContentLanguage: head.system.contentLanguage,
  ContentType: head.system.contentType ?? 'binary/octet-stream',
  Expires: head.system.expires,
  Metadata: head.metadata,
  ...encryptionMembers(head.encryption),
})
