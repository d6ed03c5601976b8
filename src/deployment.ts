/** What the settings say of the deployment as a whole: its regions, and the toggles that hold where nobody says otherwise. */
import { join } from 'node:path'
import type { Values } from './config.ts'
import { layToggles, type ToggleLayer } from './objects/toggles.ts'
import type { ToggleValue } from './objects/toggle.ts'
import { Regions } from './objects/regions.ts'

/** The region of `ENTREPOT_REGION`, and the further ones. */
export const regionsOf = ({
  region,
  regionAliases,
  regions,
}: Pick<Values, 'region' | 'regionAliases' | 'regions'>): Regions =>
  new Regions([{ name: region, aliases: regionAliases }, ...regions])

/** Where the blobs of each further region are. */
export const regionFolders = ({ data, regions }: Pick<Values, 'data' | 'regions'>): ReadonlyMap<string, string> =>
  new Map(regions.map((region) => [region.name, region.data ?? join(data, 'regions', region.name)]))

/** Under which buckets have hosts of their own for delivery: those of S3 unless others are set. */
export const deliveryDomainsOf = ({
  domains,
  deliveryDomains,
}: Pick<Values, 'domains' | 'deliveryDomains'>): readonly string[] =>
  deliveryDomains.length === 0 ? domains : deliveryDomains

type ProfileSettings = Pick<Values, 'profile' | 'toggles' | 'acl' | 'sigV2Header' | 'sigV2Query'>

/** The server's own layer of toggles: its profile, and what is set by single settings. */
export function serverLayer({ profile, toggles, acl, sigV2Header, sigV2Query }: ProfileSettings): ToggleLayer {
  const single: Record<string, ToggleValue> = {}
  if (acl !== undefined) single['acl'] = acl
  if (sigV2Header !== undefined) single['sig.v2.header'] = sigV2Header ? 'on' : 'off'
  if (sigV2Query !== undefined) single['sig.v2.query'] = sigV2Query ? 'on' : 'off'
  return { profile, toggles: { ...single, ...toggles } }
}

/** How many access keys of an account may be active at once, by its toggles; undefined: any number. */
export function activeKeysMax(settings: ProfileSettings): (account: ToggleLayer) => number | undefined {
  const server = serverLayer(settings)
  return (account) => layToggles([server, account])['keys.maxActive'] ?? undefined
}
