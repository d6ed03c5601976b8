// A long body that needs no memory: one random block over and over, each copy stamped with its number, so that a byte in the wrong
// place anywhere is found by comparing.

import { randomBytes } from 'node:crypto'

const BLOCK_SIZE = 2 ** 20

export class Pattern {
  readonly #block: Buffer

  /** `block` is a MiB of anything; random unless given. */
  constructor(block: Buffer = randomBytes(BLOCK_SIZE)) {
    this.#block = block
  }

  /** Bytes `start` to `end` (exclusive) in pieces of at most a MiB. Each piece is only good until the next is asked for. */
  *pieces(start: number, end: number): Generator<Buffer> {
    const block = Buffer.from(this.#block)
    for (let position = start; position < end;) {
      const offset = position % BLOCK_SIZE
      stamp(block, Math.floor(position / BLOCK_SIZE))
      const length = Math.min(BLOCK_SIZE - offset, end - position)
      yield block.subarray(offset, offset + length)
      position += length
    }
  }

  /** Something that is given the bytes from 0 in order and throws at the first wrong one. */
  checker(): (bytes: Buffer) => void {
    const block = Buffer.from(this.#block)
    stamp(block, 0)
    let position = 0
    return (bytes) => {
      for (let taken = 0; taken < bytes.length;) {
        const offset = position % BLOCK_SIZE
        const length = Math.min(BLOCK_SIZE - offset, bytes.length - taken)
        if (bytes.compare(block, offset, offset + length, taken, taken + length) !== 0) {
          throw new Error(`wrong bytes between ${position} and ${position + length}`)
        }
        taken += length
        position += length
        if (position % BLOCK_SIZE === 0) stamp(block, position / BLOCK_SIZE)
      }
    }
  }
}

function stamp(block: Buffer, number: number): void {
  block.writeDoubleLE(number, 0)
}
