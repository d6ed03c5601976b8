/** What was deleted or replaced in a bucket with soft delete: listed, had back, or given up for good. The record's purge is a job's, when it is due. */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { Nonces } from '../base/nonces.ts'
import type { Random } from '../base/random.ts'
import type { Entry, Key, MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import { decodeHead, type Head } from './head.ts'
import { deletedKey, deletedOf, deletedUnder, idOfVersion, keyOfVersion } from './keys.ts'
import { addUsage, endMention } from './mentions.ts'
import type { Objects } from './objects.ts'
import { parseVersionId } from './version-id.ts'
import type { Condition } from './versions.ts'

export interface DeletedObject {
  readonly key: string
  /** Tells it from others of its key. */
  readonly id: string
  readonly head: Head
}

export interface ListDeletedOptions {
  readonly prefix: string
  /** What comes after this key; after this one of its deletions, where `afterId` says which. */
  readonly after?: string | undefined
  readonly afterId?: string | undefined
  readonly limit: number
}

export interface DeletedPage {
  readonly objects: readonly DeletedObject[]
  readonly truncated: boolean
}

export class SoftDeleted {
  readonly #metadata: MetadataStore
  readonly #objects: Objects
  readonly #clock: Clock
  readonly #nonces: Nonces

  constructor(parts: {
    readonly metadata: MetadataStore
    readonly objects: Objects
    readonly clock: Clock
    readonly random: Random
  }) {
    this.#metadata = parts.metadata
    this.#objects = parts.objects
    this.#clock = parts.clock
    this.#nonces = new Nonces(parts.random)
  }

  /** In the order of their keys, of each key what was deleted last first. Throws InvalidArgument for what is no id. */
  async list(bucket: Bucket, { prefix, after, afterId, limit }: ListDeletedOptions): Promise<DeletedPage> {
    const range = deletedUnder(bucket.id, prefix)
    let { start } = range
    if (after !== undefined) {
      const next = afterId === undefined ? deletedOf(bucket.id, after).end : behind(recordOf(bucket, after, afterId))
      if (Buffer.compare(next, start) > 0) start = next
    }
    if (limit === 0 || Buffer.compare(start, range.end) >= 0) return { objects: [], truncated: false }
    const entries = await this.#metadata.read((snapshot) => snapshot.scan(start, range.end, { limit: limit + 1 }))
    return { objects: entries.slice(0, limit).map(objectOf), truncated: entries.length > limit }
  }

  /**
   * What was deleted, the last of its key or the one with the id, becomes the current version again, as of now. What is current is replaced, and
   * may be had back in turn. Throws NoSuchKey, NoSuchVersion, InvalidArgument, and what the condition throws.
   */
  undelete(bucket: Bucket, key: string, id?: string, condition?: Condition): Promise<Head> {
    return this.#change(bucket, key, id, (transaction, current, { head }) => {
      const {
        modifiedMs: _,
        versionId: __,
        isNull: ___,
        noncurrentMs: ____,
        deletedMs: _____,
        purgeMs: ______,
        ...rest
      } = head
      // Locks that were passed over do not come back; the bucket's default holds as for any new version.
      const { retention: _______, legalHold: ________, ...again } = rest
      return this.#objects.versions.put(transaction, current, key, again, condition)
    })
  }

  /** Gives up what was deleted before its time. Throws NoSuchVersion, InvalidArgument. */
  purge(bucket: Bucket, key: string, id: string): Promise<void> {
    return this.#change(bucket, key, id, (transaction, _, { head }) => {
      endMention(transaction, head.extent, this.#clock.now(), this.#nonces.next())
    })
  }

  /** Takes the record, whose mention of the content is the callback's to hand on or end. */
  #change<T>(
    bucket: Bucket,
    key: string,
    id: string | undefined,
    act: (transaction: Transaction, current: Bucket, deleted: DeletedObject) => Promise<T> | T,
  ): Promise<T> {
    return this.#objects.change(bucket, key, {}, async (transaction, current) => {
      const entry = await find(transaction, current, key, id)
      const deleted = objectOf(entry)
      transaction.delete(entry[0])
      addUsage(transaction, current, 'deleted', -1)
      addUsage(transaction, current, 'deletedBytes', -deleted.head.size)
      return act(transaction, current, deleted)
    })
  }
}

async function find(transaction: Transaction, bucket: Bucket, key: string, id: string | undefined): Promise<Entry> {
  if (id === undefined) {
    const { start, end } = deletedOf(bucket.id, key)
    const [newest] = await transaction.scan(start, end, { limit: 1 })
    if (newest === undefined) throw new ApiError('NoSuchKey', undefined, { details: { Key: key } })
    return newest
  }
  const record = recordOf(bucket, key, id)
  const value = await transaction.get(record)
  if (value === undefined) throw new ApiError('NoSuchVersion', undefined, { details: { Key: key, VersionId: id } })
  return [record, value]
}

function recordOf(bucket: Bucket, key: string, text: string): Key {
  const id = parseVersionId(text)
  if (id === undefined) {
    throw new ApiError('InvalidArgument', 'Invalid id of a deleted object specified', {
      details: { ArgumentName: 'deletedId', ArgumentValue: text },
    })
  }
  return deletedKey(bucket.id, key, id)
}

const objectOf = ([record, value]: Entry): DeletedObject => ({
  key: keyOfVersion(record),
  id: idOfVersion(record),
  head: decodeHead(value),
})

const behind = (record: Key): Key => Buffer.concat([record, Buffer.from([0])])
