/** A bucket's lifecycle configuration, as its record keeps it. */

export interface LifecycleConfiguration {
  readonly rules: readonly LifecycleRule[]
}

export interface LifecycleRule {
  readonly id: string
  readonly enabled: boolean
  readonly prefix: string
  readonly tags: Readonly<Record<string, string>>
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
  /** Whether the rule was put with the old `<Prefix>` beside its actions rather than in a `<Filter>`. */
  readonly legacyPrefix?: boolean | undefined
}
