/** Buffers used again and again: a new one of this size costs more in page faults than what is then done with it. */

/** Bytes of each buffer: what one read asks for. */
export const bufferSize = 256 * 1024

export class BufferPool {
  #free: Buffer[] = []
  #freeMax: number

  /** Keeps at most that many for later; those in use are bounded by who takes them. */
  constructor(freeMax: number) {
    this.#freeMax = freeMax
  }

  /** A buffer of bufferSize bytes with whatever is in it. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(bufferSize)
  }

  /** The buffer is not used by its holder any more. */
  give(buffer: Buffer): void {
    if (this.#free.length < this.#freeMax) this.#free.push(buffer)
  }
}
