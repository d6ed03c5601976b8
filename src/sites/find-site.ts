/**
 * Which site a host name has: asked for each request to delivery, and answered from memory while the site's record is the same.
 *
 * Names that no domain has are remembered apart from the others, so that asking for them does not push the others out.
 */
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { decodeSite, siteKey } from './records.ts'
import type { FindSite, Site } from './site.ts'

interface Entry {
  readonly guard: Uint8Array
  readonly stamp: number
  readonly site: Site | undefined
}

const nameLengthMax = 253

export function createFindSite(
  store: MetadataStore,
  { foundMax = 10_000, missingMax = 1000 }: { foundMax?: number; missingMax?: number } = {},
): FindSite {
  const found = new Map<string, Entry>()
  const missing = new Map<string, Entry>()

  function remember(name: string, guard: Uint8Array, stamp: number, value: Uint8Array | undefined): Site | undefined {
    const site = value && toSite(value)
    const [entries, others, max] = site ? [found, missing, foundMax] : [missing, found, missingMax]
    others.delete(name)
    if (entries.size >= max && !entries.has(name)) entries.delete(entries.keys().next().value!)
    entries.set(name, { guard, stamp, site })
    return site
  }

  return (name) => {
    const entry = found.get(name) ?? missing.get(name)
    if (entry !== undefined && store.stamp(entry.guard) === entry.stamp) return entry.site
    if (name.length > nameLengthMax || !name.includes('.')) return undefined
    const guard = siteKey(name)
    const stamp = store.stamp(guard)
    const value = store.get(guard)
    return value === undefined || value instanceof Uint8Array
      ? remember(name, guard, stamp, value)
      : Promise.resolve(value).then((later) => remember(name, guard, stamp, later))
  }
}

function toSite(value: Uint8Array): Site {
  const { accountId, bucket } = decodeSite(value)
  return bucket === undefined
    ? { kind: 'account', accountId }
    : { kind: 'bucket', bucketName: bucket.name, bucketId: bucket.id, accountId }
}
