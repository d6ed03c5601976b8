/** The hosts of the regions' endpoints. */
import type { Region, Regions } from '../objects/regions.ts'
import { domainOf, hostnameOf } from './address.ts'

interface Endpoint {
  readonly domain: string
  /** Undefined where the host names none: there, the buckets of all regions are served. */
  readonly region: Region | undefined
  /** The domain it stands under, and how, so that another region's can be told. */
  readonly hostOf: (region: Region) => string
}

/** Hosts that name a region, under a domain of the deployment. */
const forms: readonly ((region: string, domain: string) => string)[] = [
  (region, domain) => `${region}.s3.${domain}`,
  (region, domain) => `s3.${region}.${domain}`,
  (region, domain) => `${region}.${domain}`,
]

/**
 * The hosts of the endpoints: of each domain `<domain>` and `s3.<domain>`, for all regions; `<region>.s3.<domain>`, `s3.<region>.<domain>`,
 * `<region>.<domain>` and the region's own domains, for that region.
 */
export class Endpoints {
  /** In lower case, without ports. */
  readonly domains: readonly string[]
  readonly #byDomain = new Map<string, Endpoint>()
  readonly #region: Region | undefined
  readonly #byDefault: Endpoint['hostOf']

  /** `region` is the one of hosts that name none, where a listener serves one region alone. */
  constructor(domains: readonly string[], { all }: Regions, region?: Region) {
    const [domain = 'localhost'] = domains
    const byDefault = (region: Region): string => region.domains?.[0] ?? `${region.name}.s3.${domain}`
    this.#region = region
    this.#byDefault = byDefault
    for (const name of domains) {
      for (const region of all) {
        for (const form of forms) {
          this.#add({ domain: form(region.name, name), region, hostOf: (other) => form(other.name, name) })
        }
      }
    }
    // A domain that is configured is what it is configured to be, whatever else would follow from another.
    for (const name of domains) {
      for (const host of [`s3.${name}`, name]) this.#add({ domain: host, region: undefined, hostOf: byDefault })
    }
    for (const region of all) {
      for (const host of region.domains ?? []) this.#add({ domain: host, region, hostOf: byDefault })
    }
    this.domains = [...this.#byDomain.keys()]
  }

  #add(endpoint: Endpoint): void {
    this.#byDomain.set(endpoint.domain, endpoint)
  }

  /** The region that an endpoint's domain names; undefined where it names none, or the host is no endpoint's. */
  regionOf(domain: string | undefined): Region | undefined {
    return (domain === undefined ? undefined : this.#byDomain.get(domain)?.region) ?? this.#region
  }

  /** As regionOf, by the value of a Host header. */
  regionOfHost(host: string): Region | undefined {
    return this.regionOf(domainOf(hostnameOf(host), this.domains))
  }

  /** The endpoint of a region, in the form of the one that was asked; without port. */
  hostOf(region: Region, asked: string | undefined): string {
    const { hostOf = this.#byDefault } = (asked === undefined ? undefined : this.#byDomain.get(asked)) ?? {}
    return hostOf(region)
  }
}
