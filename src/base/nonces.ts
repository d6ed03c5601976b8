/** Texts that are never the same twice: a random start for each maker, then a count. Cheap, and not secret. */
import type { Random } from './random.ts'

export class Nonces {
  readonly #start: string
  #count = 0

  constructor(random: Random) {
    this.#start = random.bytes(9).toString('base64url')
  }

  next(): string {
    return `${this.#start}${(this.#count++).toString(36)}`
  }
}
