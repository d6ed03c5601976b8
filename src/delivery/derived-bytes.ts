/** Bytes made of objects' bytes, as compressed ones are: kept in memory, within a bound, and made once however many ask for them at once. */

/** Bytes that an entry takes beside its own, roughly. */
const entrySize = 200

export class DerivedBytes {
  readonly #sizeMax: number
  readonly #kept = new Map<string, Uint8Array>()
  readonly #underWay = new Map<string, Promise<Uint8Array | undefined>>()
  #size = 0

  /** `sizeMax` in bytes; what is larger than half of it is made each time. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax
  }

  /** How many are being made. */
  get busy(): number {
    return this.#underWay.size
  }

  /** Those used last are kept. */
  get(name: string): Uint8Array | undefined {
    const bytes = this.#kept.get(name)
    if (bytes === undefined) return undefined
    this.#kept.delete(name)
    this.#kept.set(name, bytes)
    return bytes
  }

  isUnderWay(name: string): boolean {
    return this.#underWay.has(name)
  }

  /** What is kept under the name, else what `make` gives, which is kept unless it is undefined. Throws what `make` throws. */
  obtain(name: string, make: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
    const kept = this.get(name)
    if (kept !== undefined) return Promise.resolve(kept)
    const joined = this.#underWay.get(name)
    if (joined !== undefined) return joined
    const made = make()
      .then((bytes) => {
        if (bytes !== undefined) this.#keep(name, bytes)
        return bytes
      })
      .finally(() => this.#underWay.delete(name))
    this.#underWay.set(name, made)
    return made
  }

  #keep(name: string, bytes: Uint8Array): void {
    const size = sizeOf(name, bytes)
    if (size > this.#sizeMax / 2) return
    this.#kept.set(name, bytes)
    this.#size += size
    for (const [oldest, old] of this.#kept) {
      if (this.#size <= this.#sizeMax) return
      this.#kept.delete(oldest)
      this.#size -= sizeOf(oldest, old)
    }
  }
}

const sizeOf = (name: string, bytes: Uint8Array): number => bytes.length + 2 * name.length + entrySize
