/** Finds versions of objects: the current one from memory where it is known there, others by their ids. */
import { ApiError } from '../base/errors.ts'
import type { Entry, Key, MetadataStore, Snapshot } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import type { CachedHead, HeadCache } from './head-cache.ts'
import { decodeHead, decodeVersion, shownVersionId, type Head, type Version } from './head.ts'
import { headKey, nullVersionKey, versionKey, versionsOf } from './keys.ts'
import type { Located } from './objects.ts'
import { parseVersionId, type VersionId } from './version-id.ts'

/** A version and the record that it stands in. */
export interface Placed<V extends Version = Version> {
  readonly record: Key
  readonly version: V
  /** Whether it is the current version: then its record is the key's head. */
  readonly current: boolean
}

export class Heads {
  readonly #metadata: MetadataStore
  readonly #cache: HeadCache

  constructor(metadata: MetadataStore, cache: HeadCache) {
    this.#metadata = metadata
    this.#cache = cache
  }

  /** The current version as of the call, or undefined. */
  async find(bucket: Bucket, key: string): Promise<Head | undefined> {
    return this.#cache.get(bucket, key)?.head ?? (await this.#load(bucket, key))
  }

  /** The current version, where it is known without a read; with its bytes, where they are. */
  cached(bucket: Bucket, key: string): CachedHead | undefined {
    return this.#cache.get(bucket, key)
  }

  /** Whether what was known is still the current version. */
  isCurrent({ record, stamp }: Pick<CachedHead, 'record' | 'stamp'>): boolean {
    return this.#metadata.stamp(record) === stamp
  }

  /**
   * The current version, or the one with the id. Throws NoSuchKey, NoSuchVersion, InvalidArgument for what is no id, and
   * MethodNotAllowed for a delete marker's.
   */
  async get(bucket: Bucket, key: string, versionId?: string): Promise<Head> {
    const head = await this.find(bucket, key)
    if (versionId === undefined) return head ?? (await this.#missing(bucket, key))
    if (head !== undefined && shownVersionId(head) === versionId) return head
    const placed = await this.#metadata.read((snapshot) => this.place(snapshot, bucket, key, versionId))
    if (placed === undefined) throw noSuchVersion(key, versionId)
    if (placed.version.deleteMarker === true) throw isDeleteMarker(key, placed.version)
    return placed.version
  }

  async #load(bucket: Bucket, key: string): Promise<Head | undefined> {
    const record = headKey(bucket.id, key)
    const stamp = this.#metadata.stamp(record)
    const value = await this.#metadata.get(record)
    if (value === undefined) return undefined
    const head = decodeHead(value)
    this.#cache.set(bucket, key, record, stamp, head)
    return head
  }

  /** The current version, in a transaction or snapshot: a transaction may have changed it itself, so memory is not asked. */
  async current(snapshot: Snapshot, bucket: Bucket, key: string): Promise<Head | undefined> {
    const value = await snapshot.get(headKey(bucket.id, key))
    return value && decodeHead(value)
  }

  /** The newest of the versions that are not current. */
  async newestNoncurrent(snapshot: Snapshot, bucket: Bucket, key: string): Promise<Placed | undefined> {
    const { start, end } = versionsOf(bucket.id, key)
    const [entry] = await snapshot.scan(start, end, { limit: 1 })
    return entry && placed(entry)
  }

  /** The version with the id, current or not; undefined where there is none. Throws InvalidArgument for what is no id. */
  async place(snapshot: Snapshot, bucket: Bucket, key: string, versionId: string): Promise<Placed | undefined> {
    const id = parseVersionId(versionId)
    if (id === undefined && versionId !== 'null') throw invalidVersionId(versionId)
    const current = await this.current(snapshot, bucket, key)
    if (current !== undefined && shownVersionId(current) === versionId)
      return { record: headKey(bucket.id, key), version: current, current: true }
    const noncurrent = id ?? (await this.nullVersionId(snapshot, bucket, key))
    if (noncurrent === undefined) return undefined
    const record = versionKey(bucket.id, key, noncurrent)
    const value = await snapshot.get(record)
    const version = value && decodeVersion(value)
    // A null version is known as `null` alone.
    if (version === undefined || shownVersionId(version) !== versionId) return undefined
    return { record, version, current: false }
  }

  /** Whether a version that was found is still there, with the same bytes; in a transaction that guards its key. */
  async isThere(transaction: Snapshot, { bucket, key, head }: Located): Promise<boolean> {
    const current = await this.current(transaction, bucket, key)
    if (current !== undefined && sameContent(current, head)) return true
    if (bucket.versioning === undefined) return false
    const version = (await this.place(transaction, bucket, key, shownVersionId(head)))?.version
    return version !== undefined && version.deleteMarker !== true && sameContent(version, head)
  }

  /** Where a key's null version is, if that is not current. */
  async nullVersionId(snapshot: Snapshot, bucket: Bucket, key: string): Promise<VersionId | undefined> {
    if (bucket.versioning === undefined) return undefined
    const value = await snapshot.get(nullVersionKey(bucket.id, key))
    return value && (Buffer.from(value).toString('hex') as VersionId)
  }

  /** Says that there is no such key; with the delete marker that hides it, where there is one. */
  async #missing(bucket: Bucket, key: string): Promise<never> {
    const details = { Key: key }
    if (bucket.versioning === undefined) throw new ApiError('NoSuchKey', undefined, { details })
    const newest = await this.#metadata.read((snapshot) => this.newestNoncurrent(snapshot, bucket, key))
    if (newest?.version.deleteMarker !== true) throw new ApiError('NoSuchKey', undefined, { details })
    const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': shownVersionId(newest.version) }
    throw new ApiError('NoSuchKey', undefined, { details, headers })
  }
}

/** Whether two versions are of the same bytes: an object that grows by an append may keep its manifest. */
export const sameContent = (a: Head, b: Head): boolean => a.extent.id === b.extent.id && a.size === b.size

const placed = ([record, value]: Entry): Placed => ({ record, version: decodeVersion(value), current: false })

export const noSuchVersion = (key: string, versionId: string): ApiError =>
  new ApiError('NoSuchVersion', undefined, { details: { Key: key, VersionId: versionId } })

const invalidVersionId = (versionId: string): ApiError =>
  new ApiError(
    'InvalidArgument',
    versionId === '' ? 'Version id cannot be the empty string' : 'Invalid version id specified',
    { details: { ArgumentName: 'versionId', ArgumentValue: versionId } },
  )

const isDeleteMarker = (key: string, marker: Version): ApiError =>
  new ApiError('MethodNotAllowed', undefined, {
    details: { Key: key, Method: 'GET', ResourceType: 'DeleteMarker' },
    headers: {
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': shownVersionId(marker),
      allow: 'DELETE',
      'last-modified': new Date(marker.modifiedMs).toUTCString(),
    },
  })
