/** Puts the domain together over two stores: what every thread that answers requests has of its own. */
import type { Accounts } from './access/accounts.ts'
import type { Clock } from './base/clock.ts'
import type { Random } from './base/random.ts'
import type { BlobStore } from './blobs/blob-store.ts'
import type { MetadataStore } from './metadata/metadata-store.ts'
import { Buckets } from './objects/buckets.ts'
import { UploadCompleter } from './objects/complete-upload.ts'
import { ContentWriter } from './objects/content-writer.ts'
import { HeadCache } from './objects/head-cache.ts'
import { Heads } from './objects/heads.ts'
import { Numbers } from './objects/numbers.ts'
import { Objects } from './objects/objects.ts'
import { Uploads } from './objects/uploads.ts'
import type { Services } from './s3/context.ts'

export interface StorageParts {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly accounts: Accounts
  readonly clock: Clock
  readonly random: Random
  readonly region: string
  readonly regionAliases: readonly string[]
  /** Bytes. */
  readonly inlineSizeMax: number
  /** Bytes. */
  readonly cacheSize: number
}

export function assembleServices(parts: StorageParts): Services {
  const { metadata, blobs, accounts, clock, random, region, regionAliases } = parts
  const numbers = new Numbers(metadata)
  const cache = new HeadCache(metadata, parts.cacheSize)
  const writer = new ContentWriter(blobs, numbers, parts.inlineSizeMax)
  const buckets = new Buckets(metadata, clock, random)
  const heads = new Heads(metadata, cache, clock, random)
  const uploads = new Uploads({ metadata, buckets, heads, writer, clock, random })
  return {
    metadata,
    buckets,
    objects: new Objects({ metadata, blobs, buckets, heads, cache, writer }),
    uploads,
    completer: new UploadCompleter({ metadata, buckets, heads, uploads, numbers }),
    region,
    regionAliases,
    owner: async (accountId) => ({
      ID: accountId,
      DisplayName: (await accounts.get(accountId))?.displayName ?? accountId,
    }),
  }
}
