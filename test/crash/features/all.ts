import { managed } from '../management/managed.ts'
import type { Managers } from '../management/managers.ts'
import type { Feature } from '../feature.ts'
import { accessKeys } from './access-keys.ts'
import { apiKeys } from './api-keys.ts'
import { append, appendVersions } from './append.ts'
import { auditLog } from './audit-log.ts'
import { domains } from './domains.ts'
import { emptying } from './emptying.ts'
import { encryption } from './encryption.ts'
import { FORCE_DELETE_TOGGLES, forceDelete } from './force-delete.ts'
import { DAY_SECONDS, lifecycle, lifecycleLocks } from './lifecycle.ts'
import { locks } from './locks.ts'
import { people } from './people.ts'
import { quotas } from './quotas.ts'
import { rename, renameVersions } from './rename.ts'
import { settings } from './settings.ts'
import { signingKeys } from './signing-keys.ts'
import { softDelete } from './soft-delete.ts'
import { suspension, versions } from './versions.ts'

/** Every feature of S3 of which the crash test has writers. */
const storage: readonly Feature[] = [
  ...[versions, suspension, locks, append, appendVersions, rename, renameVersions],
  ...[encryption, softDelete, forceDelete, lifecycle, lifecycleLocks],
]

const kinds = [signingKeys, accessKeys, apiKeys, people, settings, domains, emptying]

/** Those that write through management. */
const management = (managers: Managers): readonly Feature[] => [
  ...kinds.map((kind) => managed(managers, kind)),
  ...[quotas(managers), auditLog(managers)],
]

/** The features of these names, `storage` and `management` being all of theirs; every feature, if there are none. */
export function featuresOf(managers: Managers, names?: readonly string[]): readonly Feature[] {
  const groups = { storage, management: management(managers) }
  const all = Object.entries(groups).flatMap(([group, features]) => features.map((feature) => ({ group, feature })))
  const chosen =
    names === undefined
      ? all
      : all.filter(({ group, feature }) => [group, feature.name].some((one) => names.includes(one)))
  return chosen.map(({ feature }) => feature)
}

/** How a server has to be set for them; `dns` is the address of a server that answers for domains. */
export const environmentFor = (dns: string): Readonly<Record<string, string>> => ({
  ENTREPOT_LIFECYCLE_DAY_SECONDS: String(DAY_SECONDS),
  ENTREPOT_TOGGLES: FORCE_DELETE_TOGGLES,
  ENTREPOT_DNS_SERVERS: dns,
})
