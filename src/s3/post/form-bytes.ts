/** The bytes of a form: read from a stream as they are needed, up to a mark, and never more held than a piece of the stream and a limit. */
import type { ApiError } from '../../base/errors.ts'

/** What to throw. */
type Fault = () => ApiError

const nothing = Buffer.alloc(0)

export class FormBytes {
  readonly #stream: AsyncIterator<Uint8Array>
  readonly #ended: Fault
  /** Read and not yet taken: from `#start` to `#end` of the buffer, which is ours. */
  #buffer: Buffer
  #start = 0
  #end: number

  /** `first` is as if it had come before the stream; `ended` is thrown where that ends before what is asked for. */
  constructor(stream: AsyncIterable<Uint8Array>, first: Uint8Array, ended: Fault) {
    this.#stream = stream[Symbol.asyncIterator]()
    this.#ended = ended
    this.#buffer = Buffer.from(first)
    this.#end = first.length
  }

  /** Takes what comes before the mark, at most `sizeMax` bytes, and the mark. */
  async until(mark: Uint8Array, sizeMax: number, tooLong: Fault): Promise<Buffer> {
    let searched = 0
    for (;;) {
      const at = this.#held().indexOf(mark, searched)
      const size = at < 0 ? this.#end - this.#start - mark.length + 1 : at
      if (size > sizeMax) throw tooLong()
      if (at >= 0) {
        const taken = Buffer.from(this.#held().subarray(0, at))
        this.#start += at + mark.length
        return taken
      }
      searched = Math.max(0, size)
      await this.#read()
    }
  }

  /** Takes so many bytes, as Latin-1. */
  async take(size: number): Promise<string> {
    while (this.#end - this.#start < size) await this.#read()
    this.#start += size
    return this.#buffer.toString('latin1', this.#start - size, this.#start)
  }

  /**
   * Gives what comes before the mark as it comes, and takes the mark. A piece is valid until the next is asked for. The mark begins with a
   * byte that it has only once.
   */
  async *streamUntil(mark: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
    let piece: Buffer = Buffer.from(this.#held())
    this.#hold(nothing)
    for (;;) {
      const at = piece.indexOf(mark)
      if (at >= 0) {
        this.#hold(piece.subarray(at + mark.length))
        if (at > 0) yield piece.subarray(0, at)
        return
      }
      const kept = beginningSize(piece, mark)
      const begun = Buffer.from(piece.subarray(piece.length - kept))
      if (piece.length > kept) yield piece.subarray(0, piece.length - kept)
      const next = await this.#stream.next()
      if (next.done === true) throw this.#ended()
      const { buffer, byteOffset, length } = next.value
      const bytes = Buffer.from(buffer, byteOffset, length)
      piece = kept === 0 ? bytes : Buffer.concat([begun, bytes])
    }
  }

  /** No more is wanted of the stream. */
  async close(): Promise<void> {
    await this.#stream.return?.()
  }

  #held(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end)
  }

  #hold(bytes: Uint8Array): void {
    this.#buffer = Buffer.from(bytes)
    this.#start = 0
    this.#end = bytes.length
  }

  /** Appends the next piece of the stream, copied into a buffer that doubles. */
  async #read(): Promise<void> {
    const next = await this.#stream.next()
    if (next.done === true) throw this.#ended()
    const piece = next.value
    const held = this.#held()
    if (this.#end + piece.length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * (held.length + piece.length))
      larger.set(held)
      this.#buffer = larger
      this.#start = 0
      this.#end = held.length
    }
    this.#buffer.set(piece, this.#end)
    this.#end += piece.length
  }
}

/** How many bytes at the end of the piece may be the beginning of the mark. */
function beginningSize(piece: Buffer, mark: Buffer): number {
  const tail = piece.subarray(Math.max(0, piece.length - mark.length + 1))
  const at = tail.lastIndexOf(mark[0]!)
  if (at < 0) return 0
  const begun = tail.subarray(at)
  return begun.equals(mark.subarray(0, begun.length)) ? begun.length : 0
}
