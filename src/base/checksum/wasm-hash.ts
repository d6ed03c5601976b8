/**
 * The hashes that Node lacks, from hash-wasm. Its instances are made asynchronously and hold one state each, so there is one instance an
 * algorithm, and the checksums in progress take turns in it: one that finds another's state there puts it aside and loads its own. A
 * turn costs about a microsecond, against 5 to 50 of work on a chunk; nothing is pooled, so nothing is given back late or twice.
 */
import type { IHasher } from 'hash-wasm'

export interface WasmHash {
  update(bytes: Uint8Array): void
  digest(): Buffer
}

export class SharedHasher {
  #hasher: IHasher
  /** Whose state the instance holds. */
  #holder: Turn | undefined

  constructor(hasher: IHasher) {
    this.#hasher = hasher
  }

  /** A checksum to be fed in pieces. */
  start(): WasmHash {
    return new Turn(this)
  }

  /** The digest of bytes that are all there. */
  hash(bytes: Uint8Array): Buffer {
    this.#putAside()
    return asBuffer(this.#hasher.init().update(bytes).digest('binary'))
  }

  /** The instance with the given checksum's state in it. */
  enter(turn: Turn): IHasher {
    if (this.#holder !== turn) {
      this.#putAside()
      if (turn.saved === undefined) this.#hasher.init()
      else this.#hasher.load(turn.saved)
      this.#holder = turn
    }
    return this.#hasher
  }

  /** The given checksum is done: its state need not be kept. */
  leave(): void {
    this.#holder = undefined
  }

  #putAside(): void {
    if (this.#holder === undefined) return
    this.#holder.saved = this.#hasher.save()
    this.#holder = undefined
  }
}

class Turn implements WasmHash {
  #shared: SharedHasher
  saved: Uint8Array | undefined

  constructor(shared: SharedHasher) {
    this.#shared = shared
  }

  update(bytes: Uint8Array): void {
    this.#shared.enter(this).update(bytes)
  }

  digest(): Buffer {
    const digest = this.#shared.enter(this).digest('binary')
    this.#shared.leave()
    return asBuffer(digest)
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
