/**
 * Numbers for bodies and manifests: unique for ever, growing, and given without waiting. They are taken from the store a block at a time; what
 * a process has not used of its block when it ends is never used.
 */
import { keyspace } from '../metadata/keyspace.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { decodeCounter, encodeCounter } from '../metadata/counter.ts'

const blockSize = 1 << 20
const sequence = Buffer.concat([Buffer.from([keyspace.system]), Buffer.from('numbers')])

export class Numbers {
  readonly #metadata: MetadataStore
  #next = 0
  #end = 0
  #refill: Promise<void> | undefined

  constructor(metadata: MetadataStore) {
    this.#metadata = metadata
  }

  /** Waits only when a block is used up. */
  async take(): Promise<number> {
    while (this.#next === this.#end) await (this.#refill ??= this.#fill().finally(() => (this.#refill = undefined)))
    return this.#next++
  }

  /** As take, where a number is at hand. */
  takeNow(): number | undefined {
    return this.#next === this.#end ? undefined : this.#next++
  }

  async #fill(): Promise<void> {
    this.#next = this.#end = await this.#metadata.transact({ exclusive: [sequence] }, async (transaction) => {
      const start = decodeCounter(await transaction.get(sequence)) || 1
      transaction.set(sequence, encodeCounter(start + blockSize))
      return start
    })
    this.#end += blockSize
  }
}
