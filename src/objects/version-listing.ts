/**
 * Lists the versions of objects, current and noncurrent, with delete markers: in order of key, then newest first. Current versions stand in
 * another range than the rest; a view presents both as one, each head in the place that it would have among the versions.
 */
import assert from 'node:assert/strict'
import { keyspace } from '../metadata/keyspace.ts'
import type { Entry, Key, MetadataStore, Snapshot } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import { decodeListed, decodeVersion, placeOf, shownVersionId, type Listed } from './head.ts'
import { headKey, keyOfHead, keyOfVersion, nullVersionKey, versionKey, versionsOf, versionsUnder } from './keys.ts'
import { listIn } from './listing.ts'
import type { VersionId } from './version-id.ts'

export interface VersionListOptions {
  readonly prefix: string
  /** '' for none. */
  readonly delimiter: string
  /** Where to go on: after a version of a key, or after all of them; or after a common prefix. */
  readonly after?: Marker | undefined
  /** Versions, delete markers and common prefixes in a page. */
  readonly limit: number
}

/** The last of a page: a common prefix, or a key and a version of it as clients know it. */
export interface Marker {
  readonly key: string
  /** An id, or `null`. */
  readonly versionId?: VersionId | 'null' | undefined
}

export interface ListedVersion extends Listed {
  readonly key: string
  readonly isLatest: boolean
}

export interface VersionPage {
  readonly versions: readonly ListedVersion[]
  readonly prefixes: readonly string[]
  /** Where the next page goes on; undefined where this is the last. */
  readonly next: Marker | undefined
}

/** Bytes of a record's key before the object's. */
const offset = 9
const terminator = 0

export const listVersions = (
  metadata: MetadataStore,
  bucket: Bucket,
  { prefix, delimiter, after, limit }: VersionListOptions,
): Promise<VersionPage> =>
  metadata.read(async (snapshot) => {
    const all = inOneOrder(snapshot)
    const { items, truncated } = await listIn(all, {
      range: versionsUnder(bucket.id, prefix),
      offset,
      terminator,
      prefixSize: Buffer.byteLength(prefix),
      delimiter,
      after: after && (await recordOf(snapshot, bucket, after)),
      limit,
    })
    const versions: ListedVersion[] = []
    const prefixes: string[] = []
    let last: Marker | undefined
    // Of the key that the page before ended with, the newest may have been there.
    let keyBefore = after?.versionId === undefined ? undefined : after.key
    for (const item of items) {
      if ('prefix' in item) {
        last = { key: keyOfHead(item.prefix) }
        prefixes.push(last.key)
        continue
      }
      const [record, value] = item.entry
      const key = keyOfVersion(record)
      const isFirst = versions.length === 0 && key === keyBefore
      const isLatest = isFirst ? await isNewest(all, bucket, key, record) : key !== keyBefore
      const listed = decodeListed(value)
      versions.push({ ...listed, key, isLatest })
      last = { key, versionId: listed.versionId as VersionId | 'null' }
      keyBefore = key
    }
    return { versions, prefixes, next: truncated ? last : undefined }
  })

async function isNewest(all: Snapshot, bucket: Bucket, key: string, record: Key): Promise<boolean> {
  const { start, end } = versionsOf(bucket.id, key)
  const [newest] = await all.scan(start, end, { limit: 1 })
  return newest !== undefined && Buffer.compare(newest[0], record) === 0
}

/** The record key after which to go on. */
async function recordOf(snapshot: Snapshot, bucket: Bucket, { key, versionId }: Marker): Promise<Key> {
  if (versionId === undefined) return versionKey(bucket.id, key, afterAll)
  if (versionId !== 'null') return versionKey(bucket.id, key, versionId)
  const noncurrent = await snapshot.get(nullVersionKey(bucket.id, key))
  if (noncurrent !== undefined) return versionKey(bucket.id, key, Buffer.from(noncurrent).toString('hex') as VersionId)
  const head = await snapshot.get(headKey(bucket.id, key))
  if (head !== undefined && shownVersionId(decodeVersion(head)) === 'null') return placed(headKey(bucket.id, key), head)
  // It has been deleted since: it is not known where it stood, and rather is a version told twice than not at all.
  return versionKey(bucket.id, key, beforeAll)
}

const beforeAll = '0'.repeat(32) as VersionId
const afterAll = 'f'.repeat(32) as VersionId

/** Records of versions with the heads among them. Only ranges that end between two keys can be scanned. */
function inOneOrder(snapshot: Snapshot): Snapshot {
  return {
    get: (key) => snapshot.get(key),
    async scan(start, end, { limit }) {
      // The first head may stand before the start.
      const heads = await snapshot.scan(inHeads(start), inHeads(end), { limit: limit + 1 })
      const versions = await snapshot.scan(start, end, { limit })
      const current = heads.map(([key, value]): Entry => [placed(key, value), value])
      if (current.length > 0 && Buffer.compare(current[0]![0], start) < 0) current.shift()
      return merge(current, versions, limit)
    },
  }
}

/** The same place in the heads' range, or that of the key's head. */
function inHeads(start: Key): Key {
  const bytes = Buffer.from(start)
  const end = bytes.indexOf(terminator, offset)
  bytes[0] = bytes[0]! - 1
  return end < 0 ? bytes : bytes.subarray(0, end)
}

/** A head's record key as it would be among the versions. */
function placed(head: Key, value: Uint8Array): Key {
  const key = Buffer.allocUnsafe(head.length + 17)
  key.set(head)
  key[0] = head[0]! + 1
  key[head.length] = terminator
  key.set(placeOf(value), head.length + 1)
  return key
}

function merge(heads: readonly Entry[], versions: readonly Entry[], limit: number): Entry[] {
  const merged: Entry[] = []
  let [nextHead, nextVersion] = [0, 0]
  while (merged.length < limit) {
    const head = heads[nextHead]
    const version = versions[nextVersion]
    if (head !== undefined && (version === undefined || Buffer.compare(head[0], version[0]) < 0)) {
      merged.push(head)
      nextHead++
    } else if (version !== undefined) {
      merged.push(version)
      nextVersion++
    } else break
  }
  return merged
}

assert(keyspace.version === keyspace.head + 1, 'Heads and versions stand beside each other')
