/** Playlists and manifests: how they carry a token on to what they name. */
import type { PlaylistKind } from '../objects/playlist-kind.ts'
import type { Carry } from './carry.ts'
import { rewriteDash } from './dash.ts'
import { rewriteHls } from './hls.ts'

/** The whole playlist with the token in the URIs of the own bucket; the same bytes where it has none, or is not what it was taken for. */
export const rewritePlaylist = (kind: PlaylistKind, bytes: Uint8Array, carry: Carry): Uint8Array =>
  kind === 'hls' ? rewriteHls(bytes, carry) : rewriteDash(bytes, carry)
