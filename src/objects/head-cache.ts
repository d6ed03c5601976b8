/**
 * The heads asked for lately, decoded, with their bytes where those are small. An entry is used only while the store's stamp of
 * its record is the one under which it was read, so it is never older than the last change acknowledged on any thread.
 */
import type { Key, MetadataStore } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import type { Head } from './head.ts'

export interface CachedHead {
  readonly record: Key
  readonly stamp: number
  readonly head: Head
  /** The object's bytes, when they have been read and are small. */
  body: Uint8Array | undefined
  /** Since it was last passed over for eviction. */
  used: boolean
}

/** Bytes that an entry takes beside its name and body, roughly. */
const entrySize = 700

export class HeadCache {
  readonly #metadata: MetadataStore
  readonly #sizeMax: number
  readonly #entries = new Map<string, CachedHead>()
  #size = 0

  /** `sizeMax` in bytes, roughly. */
  constructor(metadata: MetadataStore, sizeMax: number) {
    this.#metadata = metadata
    this.#sizeMax = sizeMax
  }

  get(bucket: Bucket, key: string): CachedHead | undefined {
    const entry = this.#entries.get(bucket.id + key)
    if (entry === undefined || entry.stamp !== this.#metadata.stamp(entry.record)) return undefined
    entry.used = true
    return entry
  }

  /** `stamp` was read before the head was. */
  set(bucket: Bucket, key: string, record: Key, stamp: number, head: Head): void {
    const name = bucket.id + key
    this.#drop(name)
    this.#entries.set(name, { record, stamp, head, body: undefined, used: false })
    this.#size += entrySize + 2 * name.length
    if (this.#size > this.#sizeMax) this.#evict()
  }

  keepBody(bucket: Bucket, key: string, head: Head, body: Uint8Array): void {
    const entry = this.#entries.get(bucket.id + key)
    if (entry?.head !== head || entry.body !== undefined) return
    entry.body = body
    this.#size += body.length
    if (this.#size > this.#sizeMax) this.#evict()
  }

  #drop(name: string): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    this.#entries.delete(name)
    this.#size -= entrySize + 2 * name.length + (entry.body?.length ?? 0)
  }

  /** The oldest go first, but one that was used since it was last looked at goes to the end instead. */
  #evict(): void {
    for (const [name, entry] of this.#entries) {
      if (this.#size <= this.#sizeMax) return
      if (entry.used) {
        entry.used = false
        this.#entries.delete(name)
        this.#entries.set(name, entry)
      } else this.#drop(name)
    }
  }
}
