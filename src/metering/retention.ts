/** Removes what is kept by day when it has been kept long enough. */
import { afterPrefix } from '../base/bytes.ts'
import type { Key, MetadataStore } from '../metadata/metadata-store.ts'
import { dayIn, dayKey, recordsOfSame, type DailySpace } from './keys.ts'

/**
 * Of so many things from `from` on, removes what is of days before `day`. Gives where to go on; undefined at the end. What is looked at is one record
 * of each thing, whatever is kept of it.
 */
export async function removeBefore(
  metadata: MetadataStore,
  space: DailySpace,
  day: number,
  { from, limit }: { readonly from?: Key | undefined; readonly limit: number },
): Promise<Key | undefined> {
  const { old, next } = await metadata.read(async (snapshot) => {
    const old: Buffer[] = []
    let start: Key = from ?? Buffer.of(space)
    for (let seen = 0; seen < limit; seen++) {
      const [entry] = await snapshot.scan(start, Buffer.of(space + 1), { limit: 1 })
      if (entry === undefined) return { old, next: undefined }
      const records = recordsOfSame(entry[0])
      if (dayIn(entry[0]) < day) old.push(records)
      start = afterPrefix(records)!
    }
    return { old, next: start }
  })
  if (old.length === 0) return next
  await metadata.transact({ exclusive: [] }, (transaction) => {
    // Nobody adds to days so long past.
    for (const records of old) transaction.deleteRange(records, dayKey(records, day))
  })
  return next
}
