/**
 * Where the bytes of an object are. An extent is bytes that are kept once and never changed: a *body* in the metadata store (small), a *blob* in the
 * blob store, or a *manifest*, the record of a multipart object's parts, each with an extent of its own. Several records may
 * mention one extent, so that a copy moves no bytes; `owners` below says how that is counted.
 */
import type { BlobId } from '../blobs/blob-store.ts'

export interface Body {
  readonly kind: 'body'
  /** The number under which the bytes stand in keyspace.body. */
  readonly id: number
  readonly size: number
  /** CRC-32 of the bytes, checked when they are read back whole. */
  readonly crc32: number
}

export interface BlobExtent {
  readonly kind: 'blob'
  readonly id: BlobId
  readonly size: number
  readonly crc32: number
}

export interface ManifestExtent {
  readonly kind: 'manifest'
  /** Number of the manifest in keyspace.manifest; from the same sequence as bodies. */
  readonly id: number
  readonly size: number
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
}

export interface Manifest {
  readonly parts: readonly ManifestPart[]
}
