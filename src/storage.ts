/** Puts the domain together over two stores: what every thread that answers requests has of its own. */
import type { Accounts } from './access/accounts.ts'
import type { Clock } from './base/clock.ts'
import type { Random } from './base/random.ts'
import type { BlobStore } from './blobs/blob-store.ts'
import type { MetadataStore } from './metadata/metadata-store.ts'
import { Buckets } from './objects/buckets.ts'
import { UploadCompleter } from './objects/complete-upload.ts'
import { ContentReader } from './objects/content-reader.ts'
import { ContentWriter } from './objects/content-writer.ts'
import { DataKeys, type ServerKeys } from './objects/encryption/data-keys.ts'
import { createExtensions } from './objects/extensions.ts'
import { HeadCache } from './objects/head-cache.ts'
import { Heads } from './objects/heads.ts'
import type { LockClock } from './objects/lock-clock.ts'
import { Numbers } from './objects/numbers.ts'
import { Objects } from './objects/objects.ts'
import { createFindToggles, type ToggleLayer } from './objects/toggles.ts'
import { Uploads } from './objects/uploads.ts'
import { Versions } from './objects/versions.ts'
import type { Services } from './s3/context.ts'
import type { Regions } from './objects/regions.ts'
import type { Endpoints } from './s3/endpoints.ts'

export interface StorageParts {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly accounts: Accounts
  readonly clock: Clock
  readonly lockClock: Pick<LockClock, 'now'>
  readonly random: Random
  /** The server's own keys, for SSE-S3. */
  readonly keyring: ServerKeys
  readonly regions: Regions
  /** The hosts under which the S3 listener is reached. */
  readonly endpoints: Endpoints
  readonly lifecycleDaySeconds: number
  /** The server's profile and single toggles, and a listener's. */
  readonly toggleLayers: readonly ToggleLayer[]
  /** Bytes. */
  readonly inlineSizeMax: number
  /** Bytes. */
  readonly cacheSize: number
}

export function assembleServices(parts: StorageParts): Services {
  const { metadata, blobs, accounts, clock, random, regions, endpoints } = parts
  const numbers = new Numbers(metadata)
  const cache = new HeadCache(metadata, parts.cacheSize)
  const dataKeys = new DataKeys(parts.keyring, random)
  const writer = new ContentWriter(blobs, numbers, parts.inlineSizeMax, dataKeys)
  const reader = new ContentReader(metadata, blobs, dataKeys, clock)
  const toggles = createFindToggles(metadata, parts.toggleLayers)
  const buckets = new Buckets(metadata, clock, random, toggles)
  const heads = new Heads(metadata, cache)
  const versions = new Versions({ heads, clock, lockClock: parts.lockClock, random })
  const uploads = new Uploads({ metadata, buckets, heads, writer, clock, random })
  const objects = new Objects({ buckets, heads, versions, cache, writer, reader, dataKeys, numbers })
  return {
    ...createExtensions({ ...parts, buckets, objects, writer, numbers }),
    metadata,
    buckets,
    objects,
    uploads,
    completer: new UploadCompleter({ buckets, heads, uploads, versions, numbers }),
    regions,
    endpoints,
    clock,
    toggles,
    lifecycleDaySeconds: parts.lifecycleDaySeconds,
    owner: async (accountId) => ({
      ID: accountId,
      DisplayName: (await accounts.get(accountId))?.displayName ?? accountId,
    }),
    accountExists: async (accountId) => (await accounts.get(accountId)) !== undefined,
    accountOfEmail: (email) => accounts.idOfEmail(email),
  }
}

/** The same domain for a further listener, where other toggles hold and other hosts are its own. */
export function servicesOfListener(
  services: Services,
  {
    metadata,
    clock,
    random,
    toggleLayers,
    endpoints,
  }: Pick<StorageParts, 'metadata' | 'clock' | 'random' | 'toggleLayers' | 'endpoints'>,
): Services {
  const toggles = createFindToggles(metadata, toggleLayers)
  return { ...services, endpoints, toggles, buckets: new Buckets(metadata, clock, random, toggles) }
}
