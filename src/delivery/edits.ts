/** Bytes with a few changes, everything between them as it was. Each byte is one character (latin1), so that invalid UTF-8 survives too. */
import type { Place } from './carry-uri.ts'

/** Characters. A token is longer than most of the URIs it is put in, so that a playlist may grow to many times its size. */
const sizeMax = 32 * 1024 * 1024

export class Edits {
  readonly text: string
  readonly #bytes: Uint8Array
  #out = ''
  #kept = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  }

  /** The characters `from` until `to` become `text`. Changes are made in the order in which they stand in the text. */
  replace(from: number, to: number, text: string): void {
    if (this.#out.length > sizeMax) return
    this.#out += this.text.slice(this.#kept, from) + text
    this.#kept = to
  }

  /** Changes the URI that begins at `start`. */
  apply(start: number, { from, to, text }: Place): void {
    this.replace(start + from, start + to, text)
  }

  /** What was given to begin with, where nothing was changed, or the changes would make it too large. */
  finish(): Uint8Array {
    if (this.#kept === 0 || this.#out.length > sizeMax) return this.#bytes
    return Buffer.from(this.#out + this.text.slice(this.#kept), 'latin1')
  }
}
