/**
 * The invariant of storage, checked whole: every extent that a record mentions is there; every extent that is there is mentioned, waits in the
 * garbage queue, or is a young blob of an open epoch; and what is counted is what there is. For a store at rest; it reads all records.
 */
import { afterPrefix } from '../base/bytes.ts'
import { epochOf } from '../blobs/blob-id.ts'
import type { BlobStore } from '../blobs/blob-store.ts'
import { decodeCounter } from '../metadata/counter.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { Entry, Key, MetadataStore } from '../metadata/metadata-store.ts'
import { decodeBucket } from './bucket.ts'
import { decodeManifest } from './content-reader.ts'
import { mentionedBy, type Extent } from './extent.ts'
import { decodeGarbage } from './garbage.ts'
import { decodeHead, decodeVersion } from './head.ts'
import {
  type Count,
  headKey,
  idOfVersion,
  keyOfHead,
  keyOfVersion,
  nullVersionKey,
  usageKey,
  versionKey,
} from './keys.ts'
import type { VersionId } from './version-id.ts'
import { decodePart, decodeUpload } from './upload.ts'

export interface Ledger {
  /** In sentences; none where all is well. */
  readonly faults: readonly string[]
  readonly facts: {
    readonly objects: number
    /** Noncurrent ones and delete markers. */
    readonly versions: number
    readonly parts: number
    readonly bodies: number
    readonly manifests: number
    /** Blobs that are there. */
    readonly onDisk: number
    /** Blobs that a record mentions. */
    readonly referenced: number
    /** Blobs that are there and only wait to be deleted. */
    readonly queued: number
    /** Blobs of open epochs that no record mentions. */
    readonly young: number
  }
}

interface Known {
  size: number | undefined
  /** Records that mention it, and queued ends of mentions. */
  mentions: number
  /** Queued ends among them. */
  queued: number
}

const pageSize = 1000
const faultsMax = 100

/** `epochsOpen`: in which somebody may have been writing when the store came to rest. */
export async function checkLedger(
  metadata: MetadataStore,
  blobs: BlobStore,
  epochsOpen: readonly number[],
): Promise<Ledger> {
  const check = new Check(metadata)
  await check.readRecords()
  await check.readBlobs(blobs, new Set(epochsOpen))
  check.compareUsage(await check.storedUsage())
  return check.ledger()
}

class Check {
  readonly #metadata: MetadataStore
  readonly #faults: string[] = []
  readonly #known = new Map<string, Known>()
  readonly #accountOfBucket = new Map<string, string>()
  readonly #emptying = new Set<string>()
  readonly #bucketOfUpload = new Map<string, string>()
  readonly #usage = new Map<string, number>()
  /** Bucket and key of the version read last. */
  #versionSeen: string | undefined
  readonly #facts = {
    objects: 0,
    versions: 0,
    parts: 0,
    bodies: 0,
    manifests: 0,
    onDisk: 0,
    referenced: 0,
    queued: 0,
    young: 0,
  }

  constructor(metadata: MetadataStore) {
    this.#metadata = metadata
  }

  async readRecords(): Promise<void> {
    for await (const [, value] of this.#scan(keyspace.bucket)) {
      const { id, accountId, deleting } = decodeBucket(value)
      this.#accountOfBucket.set(id, accountId)
      if (deleting === true) this.#emptying.add(id)
    }
    for await (const [, value] of this.#scan(keyspace.garbage)) {
      const garbage = decodeGarbage(value)
      if ('ended' in garbage) this.#mention(garbage.ended, 1)
      else if ('uploadsOf' in garbage)
        this.#accountOfBucket.set(garbage.uploadsOf.bucketId, garbage.uploadsOf.accountId)
    }
    for await (const [key, value] of this.#scan(keyspace.head)) {
      const head = decodeHead(value)
      this.#facts.objects++
      this.#mention(head.extent)
      this.#add(bucketIdOf(key), 'objects', 1)
      this.#add(bucketIdOf(key), 'bytes', head.size)
    }
    for await (const [key, value] of this.#scan(keyspace.version)) await this.#readVersion(key, value)
    for await (const [key, value] of this.#scan(keyspace.nullVersion)) await this.#readPointer(key, value)
    for await (const [key, value] of this.#scan(keyspace.deleted)) {
      const head = decodeHead(value)
      this.#mention(head.extent)
      this.#add(bucketIdOf(key), 'deleted', 1)
      this.#add(bucketIdOf(key), 'deletedBytes', head.size)
    }
    for await (const [key, value] of this.#scan(keyspace.upload))
      this.#bucketOfUpload.set(decodeUpload(value).uploadId, bucketIdOf(key))
    for await (const [key, value] of this.#scan(keyspace.part)) this.#readPart(key, value)
    const manifests: number[] = []
    for await (const [key, value] of this.#scan(keyspace.manifest)) {
      this.#facts.manifests++
      for (const mentioned of mentionedBy(decodeManifest(value))) this.#mention(mentioned)
      manifests.push(Number(Buffer.from(key).readBigUInt64BE(1)))
    }
    // One may be mentioned by another.
    for (const id of manifests) this.#exists('manifest', id)
    for await (const [key, value] of this.#scan(keyspace.body)) {
      this.#facts.bodies++
      this.#exists('body', Number(Buffer.from(key).readBigUInt64BE(1)), value.length)
    }
  }

  async #readVersion(key: Key, value: Uint8Array): Promise<void> {
    const version = decodeVersion(value)
    const bucketId = bucketIdOf(key)
    const objectKey = keyOfVersion(key)
    this.#facts.versions++
    this.#add(bucketId, 'versions', 1)
    if (version.versionId !== idOfVersion(key)) this.#fault(`Version ${version.versionId} stands in another's record`)
    if (version.isNull === true) {
      const pointer = await this.#metadata.get(nullVersionKey(bucketId, objectKey))
      if (pointer === undefined || Buffer.compare(pointer, Buffer.from(version.versionId!, 'hex')) !== 0)
        this.#fault(`The null version of ${objectKey} is not known as such`)
    }
    const isNewest = this.#versionSeen !== `${bucketId}${objectKey}`
    this.#versionSeen = `${bucketId}${objectKey}`
    if (version.deleteMarker === true) return
    this.#mention(version.extent)
    this.#add(bucketId, 'versionBytes', version.size)
    // Of a bucket that is being emptied, any may be gone.
    if (
      isNewest &&
      !this.#emptying.has(bucketId) &&
      (await this.#metadata.get(headKey(bucketId, objectKey))) === undefined
    )
      this.#fault(`No version of ${objectKey} is current, though its newest is no delete marker`)
  }

  async #readPointer(key: Key, value: Uint8Array): Promise<void> {
    const objectKey = keyOfHead(key)
    const record = versionKey(bucketIdOf(key), objectKey, Buffer.from(value).toString('hex') as VersionId)
    if ((await this.#metadata.get(record)) === undefined) this.#fault(`The null version of ${objectKey} is not there`)
  }

  #readPart(key: Key, value: Uint8Array): void {
    const part = decodePart(value)
    this.#facts.parts++
    this.#mention(part.piece)
    const uploadId = Buffer.from(key).toString('latin1', 1, key.length - 2)
    const bucketId = this.#bucketOfUpload.get(uploadId)
    if (bucketId === undefined) this.#fault(`Part ${part.partNumber} belongs to no upload (${uploadId})`)
    else this.#add(bucketId, 'unfinishedBytes', part.size)
  }

  async readBlobs(blobs: BlobStore, open: ReadonlySet<number>): Promise<void> {
    for await (const { id, size } of blobs.list()) {
      this.#facts.onDisk++
      const known = this.#known.get(`blob/${id}`)
      if (known !== undefined) this.#exists('blob', id, size)
      else if (open.has(epochOf(id))) this.#facts.young++
      else this.#fault(`Blob ${id} is mentioned nowhere, and its epoch has ended`)
    }
    for (const [name, known] of this.#known) {
      if (name.startsWith('blob/')) {
        if (known.mentions > known.queued) this.#facts.referenced++
        else if (known.size !== undefined) this.#facts.queued++
      }
      // A crash between deleting a blob and forgetting it leaves it queued alone, which is well.
      if (known.size !== undefined || (name.startsWith('blob/') && known.queued === known.mentions)) continue
      this.#fault(`${name} is mentioned ${known.mentions} times, but is not there`)
    }
    await this.#compareOwners()
  }

  async #compareOwners(): Promise<void> {
    const owners = new Map<string, number>()
    for await (const [key, value] of this.#scan(keyspace.owners))
      owners.set(Buffer.from(key).toString('utf8', 1), decodeCounter(value) + 1)
    for (const [name, { mentions }] of this.#known) {
      const counted = owners.get(name) ?? (name.startsWith('blob/') ? 0 : 1)
      if (counted !== mentions) this.#fault(`${name} is mentioned ${mentions} times, but ${counted} are counted`)
      owners.delete(name)
    }
    for (const name of owners.keys()) this.#fault(`Owners of ${name} are counted, but nothing mentions it`)
  }

  async storedUsage(): Promise<ReadonlyMap<string, number>> {
    const stored = new Map<string, number>()
    for await (const [key, value] of this.#scan(keyspace.counter))
      stored.set(Buffer.from(key).toString('utf8', 1), decodeCounter(value))
    return stored
  }

  compareUsage(stored: ReadonlyMap<string, number>): void {
    for (const name of new Set([...stored.keys(), ...this.#usage.keys()])) {
      const [is, counted] = [this.#usage.get(name) ?? 0, stored.get(name) ?? 0]
      if (is !== counted) this.#fault(`Usage ${name} is ${is}, but ${counted} is counted`)
    }
  }

  ledger(): Ledger {
    return { faults: this.#faults, facts: this.#facts }
  }

  #mention(extent: Extent, queued = 0): void {
    const name = `${extent.kind}/${extent.id}`
    const known = this.#known.get(name)
    if (known === undefined) this.#known.set(name, { size: undefined, mentions: 1, queued })
    else {
      known.mentions++
      known.queued += queued
    }
  }

  #exists(kind: Extent['kind'], id: number | string, size = 0): void {
    const known = this.#known.get(`${kind}/${id}`)
    if (known === undefined) this.#fault(`${kind} ${id} is there, but nothing mentions it`)
    else known.size = size
  }

  #add(bucketId: string, count: Count, delta: number): void {
    const accountId = this.#accountOfBucket.get(bucketId)
    if (accountId === undefined) return this.#fault(`Records belong to a bucket that does not exist (${bucketId})`)
    for (const key of [usageKey('bucket', bucketId, count), usageKey('account', accountId, count)]) {
      const name = Buffer.from(key).toString('utf8', 1)
      this.#usage.set(name, (this.#usage.get(name) ?? 0) + delta)
    }
  }

  #fault(sentence: string): void {
    if (this.#faults.length < faultsMax) this.#faults.push(`${sentence}.`)
  }

  async *#scan(space: number): AsyncGenerator<Entry> {
    let start: Key = Buffer.from([space])
    const end = afterPrefix(start)!
    for (;;) {
      const entries = await this.#metadata.read((snapshot) => snapshot.scan(start, end, { limit: pageSize }))
      yield* entries
      if (entries.length < pageSize) return
      start = Buffer.concat([entries.at(-1)![0], Buffer.from([0])])
    }
  }
}

const bucketIdOf = (key: Key): string => Buffer.from(key).toString('hex', 1, 9)
