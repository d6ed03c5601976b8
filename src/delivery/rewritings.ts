/** Playlists and manifests as the holder of a token gets them: with the token in all that they name of their own bucket. */
import { createHash } from 'node:crypto'
import type { Head } from '../objects/head.ts'
import type { Carry } from './carry.ts'
import { DerivedBytes } from './derived-bytes.ts'
import type { Description } from './description.ts'
import type { PlaylistKind } from '../objects/playlist-kind.ts'

/** The bytes of a playlist with the token in it. */
export type PlaylistRewriter = (kind: PlaylistKind, bytes: Uint8Array, carry: Carry) => Uint8Array

/** Bytes; larger ones are served as they are stored. */
const playlistSizeMax = 16 * 1024 * 1024

/** A playlist made for one token, in one place. */
export interface Rewriting {
  readonly kind: PlaylistKind
  readonly carry: Carry
  /** Tells the token apart in an ETag, and does not tell it: 16 hexadecimal digits. */
  readonly tag: string
  /** Under which the bytes are kept: of the version, the token and the place. The token itself is not in it. */
  readonly name: string
}

export class Rewritings {
  readonly #rewrite: PlaylistRewriter
  readonly #made: DerivedBytes

  /** `sizeMax` bytes of what was made lately are kept. */
  constructor(rewrite: PlaylistRewriter, sizeMax: number) {
    this.#rewrite = rewrite
    this.#made = new DerivedBytes(sizeMax)
  }

  has({ name }: Rewriting): boolean {
    return this.#made.get(name) !== undefined
  }

  /** The bytes, made of those that `read` gives; undefined where it gives none. */
  obtain(
    { kind, carry, name }: Rewriting,
    read: () => Promise<Uint8Array | undefined>,
  ): Promise<Uint8Array | undefined> {
    return this.#made.obtain(name, async () => {
      const bytes = await read()
      return bytes && this.#rewrite(kind, bytes, carry)
    })
  }
}

/** How the object is to be rewritten; undefined where it is no playlist, too large, or stored in a coding that would have to be undone. */
export function rewritingOf(head: Head, { playlist }: Description, carry: Carry | undefined): Rewriting | undefined {
  if (carry === undefined || playlist === undefined) return undefined
  if (head.size > playlistSizeMax || head.size === 0 || head.system.contentEncoding !== undefined) return undefined
  const { token, by, origin, root, key } = carry
  const digest = createHash('sha256').update(token).digest('hex')
  const name = [contentName(head), playlist, digest, by, origin, root, key].join(' ')
  return { kind: playlist, carry, tag: digest.slice(0, 16), name }
}

/** Of the bytes of a version: an object that grows by an append may keep its manifest. */
export const contentName = ({ extent, size }: Pick<Head, 'extent' | 'size'>): string =>
  `${extent.kind} ${extent.id} ${size}`
