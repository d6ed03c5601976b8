/** Puts content under another key without moving its bytes: the same data key, wrapped anew. */
import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Manifest, ManifestPart, Piece } from '../extent.ts'
import { etagBytes, type DataKeys } from './data-keys.ts'
import type { CustomerKey, Encryption } from './seal.ts'

export interface Resealed<T> {
  readonly content: T
  /** What the head's `md5`, of which the ETag is made, becomes: that depends on the encryption. */
  readonly md5: Buffer
}

/** Parts of a manifest after which others have their turn: some milliseconds. */
const partsAtOnce = 200

/**
 * A mention of the same piece under another key. Undefined where bytes must move, because the piece is not encrypted or is not to be.
 * `from` is the customer's key that it is under now. Throws AccessDenied where it is not.
 */
export async function resealedPiece(
  dataKeys: DataKeys,
  piece: Piece,
  from: CustomerKey | undefined,
  to: Encryption | undefined,
): Promise<Resealed<Piece> | undefined> {
  if (piece.seal === undefined || to === undefined) return undefined
  const contentKey = await dataKeys.open(piece.seal, piece.size, from)
  const seal = await dataKeys.seal(contentKey, to)
  return { content: { ...piece, seal }, md5: etagBytes(contentKey, to.kind) }
}

/**
 * As resealedPiece, of all parts of a multipart object: undefined where the bytes of any of them must move. By which manifest each piece is
 * mentioned stays as given.
 */
export async function resealedManifest(
  dataKeys: DataKeys,
  manifest: Manifest,
  from: CustomerKey | undefined,
  to: Encryption | undefined,
): Promise<Resealed<Manifest> | undefined> {
  const parts: ManifestPart[] = []
  const md5OfMd5s = createHash('md5')
  for (const part of manifest.parts) {
    const resealed = await resealedPiece(dataKeys, part.piece, from, to)
    if (resealed === undefined) return undefined
    parts.push({ ...part, md5: resealed.md5.toString('hex'), piece: resealed.content })
    md5OfMd5s.update(resealed.md5)
    if (parts.length % partsAtOnce === 0) await nextTurn()
  }
  return { content: { parts }, md5: md5OfMd5s.digest() }
}
