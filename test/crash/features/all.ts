import type { Feature } from '../feature.ts'
import { append, appendVersions } from './append.ts'
import { encryption } from './encryption.ts'
import { FORCE_DELETE_TOGGLES, forceDelete } from './force-delete.ts'
import { DAY_SECONDS, lifecycle, lifecycleLocks } from './lifecycle.ts'
import { locks } from './locks.ts'
import { rename, renameVersions } from './rename.ts'
import { softDelete } from './soft-delete.ts'
import { suspension, versions } from './versions.ts'

/** Every feature of which the crash test has writers. */
export const features: readonly Feature[] = [
  ...[versions, suspension, locks, append, appendVersions, rename, renameVersions],
  ...[encryption, softDelete, forceDelete, lifecycle, lifecycleLocks],
]

/** How a server has to be set for them. */
export const environment: Readonly<Record<string, string>> = {
  ENTREPOT_LIFECYCLE_DAY_SECONDS: String(DAY_SECONDS),
  ENTREPOT_TOGGLES: FORCE_DELETE_TOGGLES,
}
