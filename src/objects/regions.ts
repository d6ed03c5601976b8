/** The regions of a deployment: where buckets are, each with blobs of its own. */
import type { Bucket } from './bucket.ts'

export interface Region {
  readonly name: string
  /** Further names under which clients may sign for it, or ask for a bucket in it. */
  readonly aliases: readonly string[]
  /** For people. */
  readonly displayName?: string | undefined
  /** Hosts of its own, in lower case, besides those under the domains of the deployment. */
  readonly domains?: readonly string[] | undefined
}

export class Regions {
  /** Where buckets are whose region nobody named, or is not configured any more: its name may change. */
  readonly first: Region
  readonly all: readonly Region[]
  readonly #byName = new Map<string, Region>()
  readonly #namesOf = new Map<Region, readonly string[]>()
  /** For requests that are about no bucket, by the region of their host. */
  readonly #namesFrom = new Map<Region, readonly string[]>()

  /** At least one; names and aliases are unique. */
  constructor(all: readonly [Region, ...Region[]]) {
    this.first = all[0]
    this.all = all
    for (const region of all) {
      const names = [region.name, ...region.aliases]
      this.#namesOf.set(region, names)
      for (const name of names) this.#byName.set(name, region)
    }
    for (const region of all) {
      const others = all.filter((other) => other !== region).flatMap((other) => this.namesOf(other))
      this.#namesFrom.set(region, [...this.namesOf(region), ...others])
    }
  }

  /** By its name or an alias. */
  find(name: string): Region | undefined {
    return this.#byName.get(name)
  }

  /** Where a bucket is. */
  of({ region }: Pick<Bucket, 'region'>): Region {
    return this.#byName.get(region) ?? this.first
  }

  /** What a signature may name for the region: its name first. */
  namesOf(region: Region): readonly string[] {
    return this.#namesOf.get(region)!
  }

  /** What a signature may name where no bucket decides: any region, that of the host first. */
  namesFrom(region: Region): readonly string[] {
    return this.#namesFrom.get(region)!
  }
}
