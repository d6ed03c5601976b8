/** The levels of a DASH manifest, and the places that URIs at each are relative to: BaseURLs nest, and each level may name several. */
import type { Base, Carrier } from './carry-uri.ts'

/** More places than this are not told apart: then nothing relative carries the token. */
const basesMax = 16
const unknown: readonly Base[] = [null]

/** MPD, Period, AdaptationSet or Representation. */
export class Level {
  readonly parent: Level | undefined
  readonly #baseUrls: (string | undefined)[] = []
  #hasLevels = false
  #isRemote = false
  #bases: readonly Base[] | undefined
  #inUse: Set<Base> | undefined

  constructor(parent: Level | undefined) {
    this.parent = parent
    if (parent !== undefined) parent.#hasLevels = true
  }

  /** A BaseURL element of this level; undefined where it cannot be read, and so may be any. */
  addBaseUrl(uri: string | undefined): void {
    this.#baseUrls.push(uri)
  }

  /** Another document stands in this level's place (XLink), with BaseURLs that are not known here. */
  setRemote(): void {
    this.#isRemote = true
  }

  /** Where URIs of this level are relative to; null among them is a foreign place. All BaseURLs must have been added. */
  bases(carrier: Carrier, document: readonly Base[]): readonly Base[] {
    this.#bases ??= resolveAll(this.#baseUrls, this.parent?.bases(carrier, document) ?? document, carrier)
    return this.#bases
  }

  /** A template is inherited, and relative to the level that uses it in the end: all those that have no level below. */
  basesInUse(carrier: Carrier, document: readonly Base[]): ReadonlySet<Base> {
    this.#inUse ??= new Set(this.bases(carrier, document))
    return this.#inUse
  }

  /** Tells the levels above where this one is, if nothing is below it. To be called once for each level before `basesInUse`. */
  reportUse(carrier: Carrier, document: readonly Base[]): void {
    if (this.#hasLevels && !this.#isRemote) return
    const bases = this.#isRemote ? unknown : this.bases(carrier, document)
    for (let level = this.parent; level !== undefined; level = level.parent) {
      level.#inUse ??= new Set()
      for (const base of bases) level.#inUse.add(level.#inUse.size < basesMax ? base : null)
    }
  }
}

/** Each URI against each base. */
function resolveAll(uris: readonly (string | undefined)[], bases: readonly Base[], carrier: Carrier): readonly Base[] {
  if (uris.length === 0) return bases
  if (uris.length * bases.length > basesMax) return unknown
  return [
    ...new Set(uris.flatMap((uri) => bases.map((base) => (uri === undefined ? null : carrier.folder(uri, base))))),
  ]
}
