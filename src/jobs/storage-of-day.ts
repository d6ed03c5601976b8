/**
 * Notes once a day what every bucket and account held when the day had ended: the exact counters, read as soon after midnight UTC as the server runs.
 * While it does not run nothing changes, so that what is found at the first start of a day is what the day before ended with.
 *
 * It walks the counters in bounded pieces, and keeps with each piece how far it has come; so a crash costs a piece. Each piece is read in one
 * snapshot, and the pieces one after the other: of a very large number of buckets the last are read some seconds later, as their rows tell.
 */
import type { Clock } from '../base/clock.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { Key, MetadataStore } from '../metadata/metadata-store.ts'
import { dayOf } from '../metering/day.ts'
import { dayKey, recordsOf } from '../metering/keys.ts'
import { encodeStorage } from '../metering/storage-of-day.ts'
import { counters, readCounter, usageIn } from '../objects/usage.ts'
import { under, usagePrefix } from '../objects/keys.ts'
import type { Job } from './runner.ts'

export interface StorageOfDayParts {
  readonly metadata: MetadataStore
  readonly clock: Pick<Clock, 'now'>
  /** Buckets and accounts noted in one piece. */
  readonly atOnce?: number
}

/** How far it has come. */
interface Progress {
  readonly version: 1
  /** Of which the end is noted. */
  readonly day: number
  /** Where to go on, as a counter's key in hex; absent when the day is done. */
  readonly from?: string | undefined
}

const progressKey: Key = Buffer.concat([Buffer.from([keyspace.system]), Buffer.from('metering/storage-of-day')])

export function storageOfDayJob({ metadata, clock, atOnce = 200 }: StorageOfDayParts): Job {
  /** Known to be done, so that it need not be looked up again and again. */
  let done = -1
  return {
    name: 'storage of day',
    async work() {
      const day = dayOf(clock.now()) - 1
      if (day <= done) return 'idle'
      const progress = await readProgress(metadata)
      // A clock that was set back does not make a day end twice.
      if (progress !== undefined && (progress.day > day || (progress.day === day && progress.from === undefined))) {
        done = progress.day
        return 'idle'
      }
      const from = progress?.day === day ? Buffer.from(progress.from!, 'hex') : counters.start
      const next = await notePiece(metadata, day, from, clock.now(), atOnce)
      return next === undefined ? 'idle' : 'busy'
    },
  }
}

async function readProgress(metadata: MetadataStore): Promise<Progress | undefined> {
  const value = await metadata.get(progressKey)
  return value && (JSON.parse(Buffer.from(value).toString()) as Progress)
}

/** Gives where to go on; undefined at the end. */
async function notePiece(
  metadata: MetadataStore,
  day: number,
  from: Key,
  atMs: number,
  atOnce: number,
): Promise<Key | undefined> {
  const { held, next } = await metadata.read(async (snapshot) => {
    const held: [key: Key, value: Uint8Array][] = []
    let start = from
    while (held.length < atOnce) {
      const [entry] = await snapshot.scan(start, counters.end, { limit: 1 })
      if (entry === undefined) return { held, next: undefined }
      const { of, id } = readCounter(entry)
      held.push([
        dayKey(recordsOf(keyspace.storageOfDay, of, id), day),
        encodeStorage({ ...(await usageIn(snapshot, of, id)), atMs }),
      ])
      start = under(usagePrefix(of, id)).end
    }
    return { held, next: start }
  })
  const progress: Progress = { version: 1, day, from: next && Buffer.from(next).toString('hex') }
  await metadata.transact({ exclusive: [progressKey] }, (transaction) => {
    for (const [key, value] of held) transaction.set(key, value)
    transaction.set(progressKey, Buffer.from(JSON.stringify(progress)))
  })
  return next
}
