/** The access keys of one account, read within a snapshot or a transaction. */
import type { Key, Snapshot } from '../metadata/metadata-store.ts'
import { accessKeyKey, accessKeysOfAccount, decodeAccessKey } from './records.ts'
import type { AccessKeyRecord } from './records.ts'

const pageSize = 1000

/** In order of id. */
export async function* keysOfAccount(snapshot: Snapshot, accountId: string): AsyncGenerator<AccessKeyRecord> {
  const prefix = accessKeysOfAccount(accountId)
  const end = Buffer.concat([prefix, Buffer.of(0xff)])
  let start: Key = prefix
  for (;;) {
    const entries = await snapshot.scan(start, end, { limit: pageSize })
    for (const [key] of entries) {
      const value = await snapshot.get(accessKeyKey(Buffer.from(key.subarray(prefix.length)).toString()))
      if (value !== undefined) yield decodeAccessKey(value)
    }
    const last = entries.at(-1)
    if (last === undefined || entries.length < pageSize) return
    start = Buffer.concat([last[0], Buffer.of(0)])
  }
}
