/** When, for what and from where an access key was last used: kept beside the key, with a delay of some seconds, and removed with it. */
import type { Guards, MetadataStore, Snapshot, Value } from '../metadata/metadata-store.ts'
import { accessKeyKey, accessKeyUseKey } from './records.ts'

export interface LastUse {
  /** Milliseconds since 1970. */
  readonly atMs: number
  /** As AWS names it: `PutObject`. */
  readonly operation: string
  /** The client's address. */
  readonly remoteAddress: string
  /** Of the bucket; undefined where the request named none. */
  readonly region?: string | undefined
  readonly front: 's3' | 'delivery' | 'management'
}

/** How many uses are kept in one transaction. */
export const usesAtOnce = 200

/** Keeps what is newer than what is kept already, of keys that are still there. At most `usesAtOnce`. */
export function keepLastUses(metadata: MetadataStore, uses: ReadonlyMap<string, LastUse>): Promise<void> {
  const ids = [...uses.keys()]
  // A key that is deleted meanwhile is not followed by its last use.
  const guards: Guards = { exclusive: ids.map(accessKeyUseKey), shared: ids.map(accessKeyKey) }
  return metadata.transact(guards, async (transaction) => {
    for (const [id, use] of uses) {
      if ((await transaction.get(accessKeyKey(id))) === undefined) continue
      const kept = await lastUseIn(transaction, id)
      if (kept === undefined || kept.atMs < use.atMs) transaction.set(accessKeyUseKey(id), encodeUse(use))
    }
  })
}

export async function lastUseIn(snapshot: Snapshot, accessKeyId: string): Promise<LastUse | undefined> {
  const value = await snapshot.get(accessKeyUseKey(accessKeyId))
  return value && decodeUse(value)
}

const version = 1

const encodeUse = (use: LastUse): Value => Buffer.from(JSON.stringify({ version, ...use }))

function decodeUse(value: Value): LastUse | undefined {
  const { version: stored, ...use } = JSON.parse(Buffer.from(value).toString()) as LastUse & { version: number }
  // What a newer version has noted is no reason to fail: the next use is noted anew.
  return stored === version ? use : undefined
}
