/** The parts of the domain that do what AWS S3 does not: append, compose, rename, undelete, delete buckets with all that is in them. */
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { Appender } from './append.ts'
import type { Buckets } from './buckets.ts'
import { Composer } from './compose.ts'
import type { ContentWriter } from './content-writer.ts'
import { BucketEmptier } from './empty-bucket.ts'
import type { LockClock } from './lock-clock.ts'
import type { Numbers } from './numbers.ts'
import type { Objects } from './objects.ts'
import { Renamer } from './rename.ts'
import { SoftDeleted } from './undelete.ts'

export interface Extensions {
  readonly appender: Appender
  readonly composer: Composer
  readonly renamer: Renamer
  readonly emptier: BucketEmptier
  readonly softDeleted: SoftDeleted
}

export function createExtensions(parts: {
  readonly metadata: MetadataStore
  readonly buckets: Buckets
  readonly objects: Objects
  readonly writer: ContentWriter
  readonly numbers: Numbers
  readonly clock: Clock
  readonly lockClock: Pick<LockClock, 'now'>
  readonly random: Random
}): Extensions {
  const { heads, versions } = parts.objects
  return {
    appender: new Appender(parts),
    composer: new Composer(parts),
    renamer: new Renamer({ ...parts, heads, versions }),
    emptier: new BucketEmptier(parts),
    softDeleted: new SoftDeleted(parts),
  }
}
