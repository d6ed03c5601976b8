/** The access keys of one account, read within a snapshot or a transaction. */
import type { Key, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import {
  accessKeyKey,
  accessKeyOfAccountKey,
  accessKeysOfAccount,
  accessKeyUseKey,
  decodeAccessKey,
} from './records.ts'
import type { AccessKeyRecord } from './records.ts'

const pageSize = 1000

/** In order of id, from the first after `after`. */
export async function* keysOfAccount(
  snapshot: Snapshot,
  accountId: string,
  after = '',
): AsyncGenerator<AccessKeyRecord> {
  const prefix = accessKeysOfAccount(accountId)
  const end = Buffer.concat([prefix, Buffer.of(0xff)])
  let start: Key = after === '' ? prefix : Buffer.concat([accessKeyOfAccountKey(accountId, after), Buffer.of(0)])
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

/** Removes the key with what is kept of it. The transaction has `accessKeyKey` as an exclusive guard. */
export function deleteAccessKey(
  transaction: Transaction,
  { accountId, accessKeyId }: Pick<AccessKeyRecord, 'accountId' | 'accessKeyId'>,
): void {
  transaction.delete(accessKeyKey(accessKeyId))
  transaction.delete(accessKeyOfAccountKey(accountId, accessKeyId))
  transaction.delete(accessKeyUseKey(accessKeyId))
}
