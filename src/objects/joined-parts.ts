/**
 * Content put together of content that is there: what the new manifest says of it and mentions again, and what ETag and checksum become. No
 * byte is read or moved.
 */
import { createHash } from 'node:crypto'
import type { ChecksumAlgorithm } from '../base/checksum/checksum.ts'
import { combine, type CombinableAlgorithm } from '../base/checksum/combine.ts'
import { ApiError } from '../base/errors.ts'
import { mentionedBy, type Extent, type Manifest, type ManifestPart } from './extent.ts'
import { etagOf, type Checksummed, type Head } from './head.ts'

/** Parts of an object, as AWS limits them. */
export const partsMax = 10_000

/** Pieces that a manifest mentions itself; of one that has more, another mentions the whole manifest in their place. */
const ownPiecesMax = 256

export interface SharedParts {
  readonly parts: readonly ManifestPart[]
  /** What a manifest with these parts mentions, each as often as it does. */
  readonly mentions: readonly Extent[]
}

/** What another manifest says of a version's content; `manifest` is the version's, where it has one. */
export function shareParts(head: Head, manifest: Manifest | undefined): SharedParts {
  if (manifest === undefined || head.extent.kind !== 'manifest') {
    return { parts: [singlePart(head)], mentions: [head.extent] }
  }
  const { extent } = head
  let own = 0
  for (const { of } of manifest.parts) if (of === undefined) own++
  if (own <= ownPiecesMax) return { parts: manifest.parts, mentions: mentionedBy(manifest) }
  return { parts: manifest.parts.map((part) => ({ ...part, of: extent.id })), mentions: [extent] }
}

/** An object that was written in one piece, as the first part of another. */
export function singlePart({ size, md5, checksum, extent }: Head): ManifestPart {
  if (extent.kind === 'manifest') throw new Error('What is in parts was taken for one piece')
  return { partNumber: 1, size, md5: etagOf({ md5, parts: 0 }), checksum: checksum?.value, piece: extent }
}

/** The MD5 of the parts' MD5s, of which a multipart ETag is made. */
export function md5OfParts(parts: readonly Pick<ManifestPart, 'md5'>[]): Buffer {
  const md5OfMd5s = createHash('md5')
  for (const { md5 } of parts) md5OfMd5s.update(md5, 'hex')
  return md5OfMd5s.digest()
}

export const isCombinable = (algorithm: ChecksumAlgorithm): algorithm is CombinableAlgorithm =>
  algorithm === 'CRC32' || algorithm === 'CRC32C' || algorithm === 'CRC64NVME'

/** The checksum of contents one after the other; undefined where they do not all have one of the same algorithm that can be combined. */
export function joinChecksums(contents: readonly Pick<Head, 'size' | 'checksum'>[]): Checksummed | undefined {
  const first = contents[0]?.checksum
  if (first?.type !== 'FULL_OBJECT' || !isCombinable(first.algorithm)) return undefined
  const { algorithm } = first
  let whole: Buffer = Buffer.from(first.value, 'base64')
  for (const { size, checksum } of contents.slice(1)) {
    if (checksum?.type !== 'FULL_OBJECT' || checksum.algorithm !== algorithm) return undefined
    whole = combine(algorithm, whole, Buffer.from(checksum.value, 'base64'), size)
  }
  return { algorithm, type: 'FULL_OBJECT', value: whole.toString('base64') }
}

/** Numbered from 1. Where their whole has no checksum, theirs are of no use. */
export const renumbered = (parts: readonly ManifestPart[], checksum: Checksummed | undefined): ManifestPart[] =>
  parts.map((part, index) => ({
    ...part,
    partNumber: index + 1,
    checksum: checksum === undefined ? undefined : part.checksum,
  }))

export const tooManyParts = (): ApiError => new ApiError('TooManyParts')
