/**
 * The keys of what is kept by day: the kind of the record, of what (1 byte), the length of its id (1 byte), its id, the day (4 bytes); of requests
 * then the number of the counter (1 byte). So what is of one thing stands together, in the order of days.
 */
import type { keyspace } from '../metadata/keyspace.ts'
import type { Key } from '../metadata/metadata-store.ts'

/** What usage is counted of: an account, a bucket (by its id), an access key (by its id). */
export type MeteredKind = 'account' | 'bucket' | 'key'

export type DailySpace = typeof keyspace.usageOfDay | typeof keyspace.storageOfDay | typeof keyspace.objectsOfDay

/** Their place is their byte: never changed. */
const kinds: readonly MeteredKind[] = ['account', 'bucket', 'key']
const idSizeMax = 255

/** The start of all that is kept of one thing. */
export function recordsOf(space: DailySpace, kind: MeteredKind, id: string): Buffer {
  const size = Buffer.byteLength(id)
  if (size > idSizeMax) throw new RangeError(`an id of ${size} bytes`)
  const key = Buffer.allocUnsafe(3 + size)
  key[0] = space
  key[1] = kinds.indexOf(kind)
  key[2] = size
  key.write(id, 3)
  return key
}

export function dayKey(records: Buffer, day: number): Buffer {
  const key = Buffer.allocUnsafe(records.length + 4)
  records.copy(key)
  key.writeUInt32BE(day, records.length)
  return key
}

/** The start of all that is kept of the thing that a record is of. */
export const recordsOfSame = (record: Key): Buffer => Buffer.from(record.subarray(0, 3 + record[2]!))

export const dayIn = (record: Key): number => Buffer.from(record).readUInt32BE(3 + record[2]!)

/** In a counter of requests: which one it is. */
export const counterIn = (record: Key): number => record[7 + record[2]!]!
