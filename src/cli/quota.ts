/** Quotas as commands take and show them: of a bucket, of an account. */
import type { Command } from 'commander'
import { parseBytes, parseCount, showBytes, showCount } from './amounts.ts'

/** As the management API shows it. Null: no limit. */
export interface Quota {
  readonly bytes_max: number | null
  readonly objects_max: number | null
}

/** As the options below give it. Undefined: as it is. */
export interface GivenQuota {
  readonly bytes?: number | 'none'
  readonly objects?: number | 'none'
}

export const quotaOptions = (command: Command): Command =>
  command
    .option('--bytes <bytes>', 'The most bytes it may hold: 500GiB, 2TiB, or none', parseBytes)
    .option('--objects <number>', 'The most objects it may hold, or none', parseCount)

/** Whether there is something to change. */
export const isGiven = ({ bytes, objects }: GivenQuota): boolean => bytes !== undefined || objects !== undefined

/** For the management API. */
export const quotaBody = ({ bytes, objects }: GivenQuota) => ({
  quota: { bytes_max: orNull(bytes), objects_max: orNull(objects) },
})

const orNull = (limit: number | 'none' | undefined) => (limit === 'none' ? null : limit)

/** `500 GiB, 1,000 objects`. */
export const showQuota = ({ bytes_max: bytes, objects_max: objects }: Quota): string =>
  bytes === null && objects === null
    ? 'none'
    : [bytes === null ? [] : showBytes(bytes), objects === null ? [] : `${showCount(objects)} objects`]
        .flat()
        .join(', ')
