/** Which bytes stand for an object in an answer: those that are stored, the same compressed, or a playlist with a token in it. */
import type { HttpRequest } from '../http/message.ts'
import type { Head } from '../objects/head.ts'
import type { Carry } from './carry.ts'
import { codingFor, type Coding } from '../http/content-coding.ts'
import { Compressor } from './compress.ts'
import type { Description } from './description.ts'
import { contentName, rewritingOf, Rewritings, type PlaylistRewriter } from './rewritings.ts'

export interface Wanted {
  readonly request: HttpRequest
  readonly head: Head
  readonly description: Description
  /** Where playlists are to carry the token on. */
  readonly carry: Carry | undefined
  /** Whether the stored bytes are. */
  readonly inMemory: boolean
}

export interface Representation {
  /** Without quotes; another than that of the stored bytes where they are others. */
  readonly etag: string
  readonly coding: Coding | undefined
  /** Whether its bytes are in memory. */
  readonly hit: boolean
  /** Makes them, or finds them in memory; undefined where they are those that are stored. Gives undefined where those are gone. */
  readonly bytes: (() => Promise<Uint8Array | undefined>) | undefined
}

/** Reads the stored bytes whole; undefined where they are gone. */
type Read = () => Promise<Uint8Array | undefined>

/** Bytes of what is kept of compressed objects and of rewritten playlists, each. */
const compressedSize = 16 * 1024 * 1024
const rewrittenSize = 8 * 1024 * 1024

export class Representations {
  readonly #compressor = new Compressor(compressedSize)
  readonly #rewritings: Rewritings

  constructor(rewrite: PlaylistRewriter) {
    this.#rewritings = new Rewritings(rewrite, rewrittenSize)
  }

  /** Chosen by the request's headers, without a look at the bytes: its ETag is known before they are. A range is of what is not compressed. */
  choose({ request, head, description, carry, inMemory }: Wanted, read: Read): Representation {
    const { headers, method } = request
    const rewriting = rewritingOf(head, description, carry)
    const etag = rewriting === undefined ? description.etag : `${description.etag}-${rewriting.tag}`
    const name = rewriting?.name ?? contentName(head)
    const plain = rewriting && (() => this.#rewritings.obtain(rewriting, read))
    const ranged = method === 'GET' && headers['range'] !== undefined
    const coding = description.varies && !ranged ? codingFor(headers['accept-encoding']) : undefined
    if (coding === undefined || !this.#compressor.mayObtain(name, coding)) {
      const hit = rewriting === undefined ? inMemory : this.#rewritings.has(rewriting)
      return { etag, coding: undefined, hit, bytes: plain }
    }
    return {
      etag: `${etag}-${coding}`,
      coding,
      hit: this.#compressor.has(name, coding),
      bytes: () => this.#compressor.obtain(name, coding, plain ?? read),
    }
  }
}
