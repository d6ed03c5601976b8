/** Which hosts are delivered from, and what a host alone says: the bucket, or that the path names it. */
import { isIP } from 'node:net'
import { parseHost } from '../http/hosts.ts'
import type { Awaitable } from '../metadata/metadata-store.ts'
import type { Region, Regions } from '../objects/regions.ts'
import type { FindSite, Site } from '../sites/site.ts'

/** Where a request is, by its host. */
export interface Place {
  /** Undefined where it is the first segment of the path. */
  readonly bucket: string | undefined
  /** The id that the bucket must have: another of the same name is another bucket; undefined where it may be any. */
  readonly bucketId: string | undefined
  /** Where the bucket must be; undefined where any region does. */
  readonly region: Region | undefined
  /** Whose the bucket must be; undefined where anybody's does. */
  readonly accountId: string | undefined
  /** The name of a custom domain, which may be bound to another bucket at any time; undefined for hosts that stay what they are. */
  readonly custom: string | undefined
}

export interface HostsOptions {
  /** In lower case, without ports. */
  readonly domains: readonly string[]
  readonly regions: Regions
  readonly findSite: FindSite
}

const label = 'media-storage'
const inPath: Place = {
  bucket: undefined,
  bucketId: undefined,
  region: undefined,
  accountId: undefined,
  custom: undefined,
}

export class Hosts {
  /** `media-storage.<region>.<domain>`, by names and aliases. */
  readonly #regions = new Map<string, Region>()
  /** Hosts on which the buckets of all regions stand in the path. */
  readonly #shared = new Set(['localhost'])
  readonly #domains: readonly string[]
  readonly #findSite: FindSite

  constructor({ domains, regions, findSite }: HostsOptions) {
    this.#domains = domains
    this.#findSite = findSite
    for (const domain of domains) {
      this.#shared.add(domain).add(`${label}.${domain}`)
      for (const region of regions.all)
        for (const name of regions.namesOf(region))
          this.#regions.set(`${label}.${name.toLowerCase()}.${domain}`, region)
    }
  }

  /** `host` as it was sent. Undefined for a host that nothing is delivered from. */
  place(host: string): Place | undefined | Promise<Place | undefined> {
    const name = parseHost(host)?.name
    if (name === undefined) return undefined
    if (this.#shared.has(name) || isIP(name) !== 0) return inPath
    return this.#ofRegion(name) ?? this.#ofSite(name)
  }

  /**
   * Whether a name, in lower case, is kept for delivery by its `media-storage`, though nothing may be there: a link to a region that is
   * gone is refused as delivery refuses. Hosts of S3 (`<bucket>.s3.<domain>`) and custom domains are not.
   */
  isOwn(name: string): boolean {
    if (this.#ofRegion(name) !== undefined) return true
    return this.#domains.some((domain) => {
      if (!name.endsWith(`.${domain}`)) return false
      const labels = name.slice(0, -domain.length - 1).split('.')
      return labels.at(-1) === label || (labels.at(-2) === label && labels.at(-1) !== 's3')
    })
  }

  /** Whether a place is still what its host says; false where that cannot be told at once. */
  isStill(place: Place): boolean {
    if (place.custom === undefined) return true
    const site = this.#findSite(place.custom)
    if (site === undefined || isToCome(site)) return false
    const bucketId = site.kind === 'bucket' ? site.bucketId : undefined
    return place.bucketId === bucketId && place.accountId === site.accountId
  }

  /** A bucket's name may contain the label too, and so may a domain: every place where it stands is tried. */
  #ofRegion(name: string): Place | undefined {
    for (let at = name.lastIndexOf(label); at >= 0; at = at === 0 ? -1 : name.lastIndexOf(label, at - 1)) {
      if (at > 0 && name[at - 1] !== '.') continue
      const region = this.#regions.get(name.slice(at))
      if (region === undefined) continue
      const bucket = at === 0 ? undefined : name.slice(0, at - 1)
      if (bucket !== '') return { ...inPath, bucket, region }
    }
    return undefined
  }

  #ofSite(name: string): Place | undefined | Promise<Place | undefined> {
    const site = this.#findSite(name)
    return isToCome(site) ? Promise.resolve(site).then((found) => placeOf(found, name)) : placeOf(site, name)
  }
}

const isToCome = (site: Awaitable<Site | undefined>): site is PromiseLike<Site | undefined> =>
  site !== undefined && 'then' in site

function placeOf(site: Site | undefined, custom: string): Place | undefined {
  if (site === undefined) return undefined
  const { accountId } = site
  if (site.kind === 'account') return { ...inPath, accountId, custom }
  return { ...inPath, bucket: site.bucketName, bucketId: site.bucketId, accountId, custom }
}
