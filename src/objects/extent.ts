/**
 * Where the bytes of an object are. An extent is bytes that are kept once and never changed: a *body* in the metadata store (small), a *blob* in the
 * blob store, or a *manifest*, the record of a multipart object's parts, each with an extent of its own. Several records may
 * mention one extent, so that a copy moves no bytes; `owners` below says how that is counted.
 */
import type { BlobId } from '../blobs/blob-store.ts'
import type { Seal } from './encryption/seal.ts'

export interface Body {
  readonly kind: 'body'
  /** The number under which the bytes stand in keyspace.body. */
  readonly id: number
  /** Of the content: where that is encrypted, what is stored is larger (`storedSize`). */
  readonly size: number
  /** CRC-32 of the bytes as they are stored, checked when they are read back whole. */
  readonly crc32: number
  /** There where the bytes are encrypted. */
  readonly seal?: Seal | undefined
}

export interface BlobExtent {
  readonly kind: 'blob'
  readonly id: BlobId
  readonly size: number
  readonly crc32: number
  readonly seal?: Seal | undefined
}

export interface ManifestExtent {
  readonly kind: 'manifest'
  /** Number of the manifest in keyspace.manifest; from the same sequence as bodies. */
  readonly id: number
  readonly size: number
  /** How many of the manifest's parts are meant, from the first: an object that only it belongs to may have grown since. */
  readonly parts: number
}

/** What a part of a multipart object, or an object written in one piece, consists of. */
export type Piece = Body | BlobExtent
export type Extent = Piece | ManifestExtent

/** A part of a multipart object, as its manifest keeps it. */
export interface ManifestPart {
  readonly partNumber: number
  readonly size: number
  /** Hex. */
  readonly md5: string
  /** Base64, by the object's checksum algorithm, where it has one. */
  readonly checksum?: string | undefined
  readonly piece: Piece
  /** The number of the manifest by which the piece is mentioned, where that is another, which this one mentions in turn. */
  readonly of?: number | undefined
}

export interface Manifest {
  readonly parts: readonly ManifestPart[]
}

/** All that a manifest's record mentions, each as often as it does: pieces, and other manifests once each. */
export function mentionedBy({ parts }: Manifest): Extent[] {
  const mentioned: Extent[] = []
  const others = new Set<number>()
  for (const { piece, of } of parts) {
    if (of === undefined) mentioned.push(piece)
    else others.add(of)
  }
  for (const id of others) mentioned.push({ kind: 'manifest', id, size: 0, parts: 0 })
  return mentioned
}
