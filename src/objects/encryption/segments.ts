/**
 * Encrypted content as it is stored: AES-256-GCM in segments of 256 KiB, each of which opens alone, so that a range costs what it touches.
 *
 * A segment is 262,128 bytes of ciphertext and their tag (16 bytes); the last one is as long as it happens to be, and empty content has
 * none. The nonce is the segment's number, which is safe because a key encrypts one piece of content and nothing else: segments of another
 * piece, or in another order, do not open. How many there must be follows from the size of the content, to which the piece's seal is
 * bound (data-keys.ts), so none can be cut off either.
 */
import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, type CipherGCM, type DecipherGCM } from 'node:crypto'
import type { ByteRange } from '../../blobs/blob-store.ts'
import { ContentDamaged } from '../content-damaged.ts'
import { oneAhead } from './one-ahead.ts'

/** Bytes of a segment as it is stored: one read of the blob store. */
export const segmentSize = 256 * 1024
const tagSize = 16
/** Bytes of content in a segment. */
export const segmentContentSize = segmentSize - tagSize
const nonceSize = 12
const cipher = 'aes-256-gcm'

/** Bytes that content of that size takes when it is encrypted. */
export const sealedSize = (size: number): number => size + tagSize * Math.ceil(size / segmentContentSize)

/** The stored bytes of the segments that the range of the content touches; `size` is that of the whole content. */
export function sealedRange(size: number, { start, end }: ByteRange): ByteRange {
  assert(start >= 0 && start < end && end <= size, `not a range of ${size} bytes: ${start} to ${end}`)
  return {
    start: Math.floor(start / segmentContentSize) * segmentSize,
    end: Math.min(Math.ceil(end / segmentContentSize) * segmentSize, sealedSize(size)),
  }
}

/**
 * What is to be stored of the content that the body yields. A chunk is valid until the next is asked for. `key` has 32 bytes and has
 * encrypted nothing else.
 */
export async function* encryptStream(key: Buffer, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let segment = 0
  let open: CipherGCM | undefined
  let room = segmentContentSize
  for await (const chunk of body) {
    for (let offset = 0; offset < chunk.length;) {
      open ??= createCipheriv(cipher, key, nonceOf(segment))
      const content = chunk.length - offset <= room && offset === 0 ? chunk : chunk.subarray(offset, offset + room)
      const sealed = open.update(content)
      yield sealed
      free(sealed)
      offset += content.length
      room -= content.length
      if (room > 0) continue
      yield tagOf(open)
      open = undefined
      segment++
      room = segmentContentSize
    }
  }
  if (open !== undefined) yield tagOf(open)
}

/** As encryptStream, of content that is there in one piece. */
export function encryptBytes(key: Buffer, content: Uint8Array): Uint8Array {
  const stored = Buffer.allocUnsafe(sealedSize(content.length))
  let position = 0
  for (let start = 0, segment = 0; start < content.length; start += segmentContentSize, segment++) {
    const open = createCipheriv(cipher, key, nonceOf(segment))
    for (const part of [open.update(content.subarray(start, start + segmentContentSize)), tagOf(open)]) {
      stored.set(part, position)
      position += part.length
    }
  }
  return stored
}

export interface SealedPart {
  /** Of the whole content. */
  readonly size: number
  /** The part of the content that is wanted, not empty. */
  readonly range: ByteRange
  /** What is read, for messages. */
  readonly name: string
}

/**
 * The wanted part of the content. `stored` yields the bytes of `sealedRange`, in chunks of any size. Nothing of a segment is given out before
 * all of it has been found to be what was written; where it is not, throws ContentDamaged. A chunk is valid until the next is asked for.
 */
export async function* decryptStream(
  key: Buffer,
  stored: AsyncIterable<Uint8Array>,
  part: SealedPart,
): AsyncGenerator<Uint8Array> {
  const { start, end } = part.range
  for await (const { contents, origin } of oneAhead(openSegments(key, stored, part), freeAll)) {
    yield* trimmed(contents, start - origin, end - origin)
  }
}

/** A segment that has been found to be what was written. */
interface OpenSegment {
  readonly contents: readonly Uint8Array[]
  /** Where in the whole content it begins. */
  readonly origin: number
}

async function* openSegments(
  key: Buffer,
  stored: AsyncIterable<Uint8Array>,
  { size, range: { start, end }, name }: SealedPart,
): AsyncGenerator<OpenSegment> {
  let segment = Math.floor(start / segmentContentSize)
  let opener = new Opener(key, segment, size)
  const endSegment = Math.ceil(end / segmentContentSize)
  for await (const chunk of stored) {
    for (let offset = 0; offset < chunk.length;) {
      if (segment === endSegment) throw new ContentDamaged(`${name} has more bytes than were written`)
      offset = opener.take(chunk, offset)
      if (!opener.complete) continue
      if (!opener.isWhatWasWritten()) throw damaged(name, segment)
      yield { contents: opener.contents, origin: segment * segmentContentSize }
      opener = new Opener(key, ++segment, size)
    }
  }
  if (segment !== endSegment) throw new ContentDamaged(`${name} ends in segment ${segment}, before ${end}`)
}

/** As decryptStream, of all that is stored, in one piece. */
export function decryptBytes(key: Buffer, stored: Uint8Array, { size, name }: Omit<SealedPart, 'range'>): Uint8Array {
  if (stored.length !== sealedSize(size)) {
    throw new ContentDamaged(`${name} has ${stored.length} bytes, not ${sealedSize(size)}`)
  }
  const contents: Uint8Array[] = []
  for (let offset = 0, segment = 0; offset < stored.length; segment++) {
    const opener = new Opener(key, segment, size)
    while (!opener.complete) offset = opener.take(stored, offset)
    if (!opener.isWhatWasWritten()) throw damaged(name, segment)
    contents.push(...opener.contents)
  }
  return contents.length === 1 ? contents[0]! : Buffer.concat(contents, size)
}

/** Takes the stored bytes of one segment as they come, and says at their end whether they are what was written. */
class Opener {
  readonly contents: Uint8Array[] = []
  readonly #decipher: DecipherGCM
  #contentLeft: number
  #tag: Uint8Array | undefined
  #tagLeft = tagSize

  constructor(key: Buffer, segment: number, size: number) {
    this.#decipher = createDecipheriv(cipher, key, nonceOf(segment), { authTagLength: tagSize })
    this.#contentLeft = Math.min(segmentContentSize, size - segment * segmentContentSize)
  }

  get complete(): boolean {
    return this.#tagLeft === 0
  }

  /** Takes what belongs to the segment of the chunk from the offset on; answers the offset of what follows. */
  take(chunk: Uint8Array, offset: number): number {
    let position = offset
    if (this.#contentLeft > 0) {
      const part = chunk.subarray(position, position + this.#contentLeft)
      this.contents.push(this.#decipher.update(part))
      this.#contentLeft -= part.length
      position += part.length
    }
    if (position === chunk.length || this.#contentLeft > 0) return position
    const part = chunk.subarray(position, position + this.#tagLeft)
    if (part.length === tagSize) this.#tag = part
    else (this.#tag ??= new Uint8Array(tagSize)).set(part, tagSize - this.#tagLeft)
    this.#tagLeft -= part.length
    return position + part.length
  }

  /** To be asked before the chunk that was taken last is used again. */
  isWhatWasWritten(): boolean {
    try {
      this.#decipher.setAuthTag(this.#tag!).final()
      return true
    } catch {
      return false
    }
  }
}

/**
 * Gives the memory of a chunk back at once. Node makes new memory for all that a cipher answers; left to the garbage collector, what passes
 * through in a second makes it go over the whole heap again and again.
 */
function free({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

const freeAll = ({ contents }: OpenSegment): void => contents.forEach(free)

/** The parts of the chunks, which follow one another from 0 on, that are in the range. */
function* trimmed(chunks: readonly Uint8Array[], start: number, end: number): Generator<Uint8Array> {
  let offset = 0
  for (const chunk of chunks) {
    const from = Math.max(start - offset, 0)
    const to = Math.min(end - offset, chunk.length)
    if (from < to) yield to - from === chunk.length ? chunk : chunk.subarray(from, to)
    offset += chunk.length
  }
}

function tagOf(open: CipherGCM): Buffer {
  open.final()
  return open.getAuthTag()
}

function nonceOf(segment: number): Buffer {
  const nonce = Buffer.alloc(nonceSize)
  nonce.writeUIntBE(segment, nonceSize - 6, 6)
  return nonce
}

const damaged = (name: string, segment: number): ContentDamaged =>
  new ContentDamaged(`Segment ${segment} of ${name} is not what was written`)
