/** What buckets and accounts hold: exact counters, changed by the transactions that change what there is, and read in one snapshot. */
import { keyspace } from '../metadata/keyspace.ts'
import { decodeCounter } from '../metadata/counter.ts'
import type { Entry, Snapshot } from '../metadata/metadata-store.ts'
import { under, usagePrefix, type Count } from './keys.ts'

/**
 * Bytes and numbers of objects: current; noncurrent versions and delete markers; deleted, but not for good. And the bytes of the parts of unfinished
 * uploads.
 */
export type Usage = Readonly<Record<Count, number>>

export const noUsage: Usage = {
  ...{ objects: 0, bytes: 0, versions: 0, versionBytes: 0, deleted: 0, deletedBytes: 0, unfinishedBytes: 0 },
}

/** All counters there are; a program of another version may know fewer. */
const countersMax = 32

export async function usageIn(snapshot: Snapshot, of: 'bucket' | 'account', id: string): Promise<Usage> {
  const prefix = usagePrefix(of, id)
  const { start, end } = under(prefix)
  const usage: Record<string, number> = { ...noUsage }
  for (const [key, value] of await snapshot.scan(start, end, { limit: countersMax })) {
    const count = Buffer.from(key).toString('utf8', prefix.length)
    if (count in usage) usage[count] = decodeCounter(value)
  }
  return usage as Usage
}

/** What there is at a counter's key: `bucket/1f…/bytes`. */
export function readCounter([key, value]: Entry): {
  readonly of: 'bucket' | 'account'
  readonly id: string
  readonly count: string
  readonly value: number
} {
  const [of, id, count] = Buffer.from(key).toString('utf8', 1).split('/') as ['bucket' | 'account', string, string]
  return { of, id, count, value: decodeCounter(value) }
}

export const counters = under(Buffer.from([keyspace.counter]))

/** What a quota of bytes limits. */
export const bytesIn = ({ bytes, versionBytes, deletedBytes, unfinishedBytes }: Usage): number =>
  bytes + versionBytes + deletedBytes + unfinishedBytes

/** What a quota of objects limits. */
export const objectsIn = ({ objects, versions, deleted }: Usage): number => objects + versions + deleted
