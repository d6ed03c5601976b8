/** A bucket's lifecycle configuration, as its record keeps it. */
import type { Tags } from '../tags.ts'

export interface LifecycleConfiguration {
  readonly rules: readonly LifecycleRule[]
  /** How long a day of these rules is, where it is not one of 24 hours: then the rules are on trial. */
  readonly dayMs?: number | undefined
  /** Kept and given back; it is about transitions, of which there are none. */
  readonly transitionMinimumSize?: 'varies_by_storage_class' | undefined
}

export interface LifecycleRule {
  readonly id: string
  readonly enabled: boolean
  /** Where the conditions were written, so that they are given back as they were put: the old `<Prefix>`, `<Filter>`, or `<And>` in one. */
  readonly form: 'Prefix' | 'Filter' | 'And'
  readonly prefix?: string | undefined
  readonly tags?: Tags | undefined
  /** Bytes; objects larger than this. */
  readonly sizeAbove?: number | undefined
  /** Bytes; objects smaller than this. */
  readonly sizeBelow?: number | undefined
  readonly expirationDays?: number | undefined
  readonly expirationMs?: number | undefined
  readonly expiredObjectDeleteMarker?: boolean | undefined
  readonly noncurrentDays?: number | undefined
  /** How many noncurrent versions are kept whatever their age. */
  readonly newerNoncurrentVersions?: number | undefined
  readonly abortUploadsAfterDays?: number | undefined
}
