/**
 * Writer epochs: every opening of a blob store has a number of its own, noted while it is open. A blob of an open epoch that no record mentions
 * may be one that is being written; of an ended one, a crash left it behind.
 */
import { keyspace } from '../metadata/keyspace.ts'
import { decodeCounter, encodeCounter } from '../metadata/counter.ts'
import type { Key, MetadataStore } from '../metadata/metadata-store.ts'
import { afterPrefix } from '../base/bytes.ts'

const sequence: Key = Buffer.concat([Buffer.from([keyspace.system]), Buffer.from('epoch')])
const epochKey = (epoch: number): Key =>
  Buffer.concat([Buffer.from([keyspace.epoch]), Buffer.from(String(epoch).padStart(10, '0'))])

/** A new epoch, open from now on. */
export const openEpoch = (metadata: MetadataStore): Promise<number> =>
  metadata.transact({ exclusive: [sequence] }, async (transaction) => {
    const epoch = decodeCounter(await transaction.get(sequence)) + 1
    transaction.set(sequence, encodeCounter(epoch))
    transaction.set(epochKey(epoch), Buffer.alloc(0))
    return epoch
  })

/** Those noted as open, in order. */
export async function openEpochs(metadata: MetadataStore): Promise<readonly number[]> {
  const start = Buffer.from([keyspace.epoch])
  const entries = await metadata.read((snapshot) => snapshot.scan(start, afterPrefix(start)!, { limit: 10_000 }))
  return entries.map(([key]) => Number(Buffer.from(key).toString('latin1', 1)))
}

/** Nothing that no record mentions is left of these. */
export const endEpochs = (metadata: MetadataStore, epochs: readonly number[]): Promise<void> =>
  metadata.transact({ exclusive: [sequence] }, (transaction) => {
    for (const epoch of epochs) transaction.delete(epochKey(epoch))
  })
