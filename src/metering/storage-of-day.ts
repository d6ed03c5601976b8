/** What was stored when a day had ended, of a bucket or an account: the exact counters, as jobs/storage-of-day.ts found them after midnight UTC. */
import type { Value } from '../metadata/metadata-store.ts'
import type { Usage } from '../objects/buckets.ts'

export interface StoredThen extends Usage {
  /** When the counters were read, in milliseconds since 1970: soon after the day's end, unless the server did not run then. */
  readonly atMs: number
}

const version = 1

export const encodeStorage = (storage: StoredThen): Value => Buffer.from(JSON.stringify({ version, ...storage }))

export function decodeStorage(value: Value): StoredThen {
  const { version: stored, ...storage } = JSON.parse(Buffer.from(value).toString()) as StoredThen & { version: number }
  if (stored !== version) throw new Error(`A record of storage of version ${stored} cannot be read by this version`)
  return storage
}
