/**
 * Blobs in memory, with faults on demand, for tests and the simulation. It keeps the contract's sharp edges: a chunk it gave is
 * overwritten when the next is asked for, and a chunk it was given is copied before the next is.
 */
import assert from 'node:assert/strict'

import { ApiError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { epochText, isBlobId, makeBlobId } from './blob-id.ts'
import { type Blob, type BlobId, BlobMissing, type BlobStore, type ByteRange, type PutOptions } from './blob-store.ts'
import { consume } from './consume.ts'

type BlobOperation = 'put' | 'get' | 'delete' | 'list'

export interface BlobFault {
  readonly operation: BlobOperation
  /** Which call from now is struck: 1 is the next. */
  readonly nth: number
  /**
   * fail: nothing is done, and the call throws. tear: it is done, or half done, and then the call throws: a put has kept its blob (the
   * sweep must find it), a get has given half of its bytes, a delete has deleted. slow: it waits for `until`, then goes on.
   */
  readonly kind: 'fail' | 'tear' | 'slow'
  /** What is thrown; a plain Error where absent. */
  readonly error?: Error
  /** For slow. */
  readonly until?: Promise<void>
}

export interface MemoryStoreOptions {
  readonly epoch: number
  readonly random: Random
  /** Bytes that fit; a put beyond throws ApiError InsufficientStorage. */
  readonly sizeMax?: number
  /** Bytes of the largest chunk that a get yields. */
  readonly chunkSize?: number
}

export const openMemoryStore = (options: MemoryStoreOptions): MemoryStore =>
  new MemoryStore(options, { blobs: new Map(), size: 0 })

/** What stores over the same blobs share. */
interface Kept {
  readonly blobs: Map<BlobId, Buffer>
  /** Bytes. */
  size: number
}

class MemoryStore implements BlobStore {
  #options: MemoryStoreOptions
  #kept: Kept
  #epoch: string
  #armed: { readonly fault: BlobFault; callsLeft: number }[] = []
  #closed = false

  constructor(options: MemoryStoreOptions, kept: Kept) {
    this.#options = options
    this.#kept = kept
    this.#epoch = epochText(options.epoch)
  }

  async put(body: AsyncIterable<Uint8Array>, { signal }: PutOptions = {}): Promise<Blob> {
    const torn = await this.#strike('put')
    signal?.throwIfAborted()
    const chunks: Buffer[] = []
    let size = 0
    await consume(body, signal, (chunk) => {
      size += chunk.length
      this.#checkRoom(size)
      chunks.push(Buffer.from(chunk))
      return undefined
    })
    this.#checkOpen()
    this.#checkRoom(size)
    const id = makeBlobId(this.#epoch, this.#options.random)
    this.#kept.blobs.set(id, Buffer.concat(chunks, size))
    this.#kept.size += size
    if (torn !== undefined) throw torn
    return { id, size }
  }

  async *get(id: BlobId, range?: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    const torn = await this.#strike('get')
    assert(isBlobId(id), 'not the name of a blob')
    const bytes = this.#kept.blobs.get(id)
    if (bytes === undefined) throw new BlobMissing(`no blob ${id}`)
    const { start, end } = range ?? { start: 0, end: bytes.length }
    assert(start >= 0 && start <= end, `not a range: ${start} to ${end}`)
    if (end > bytes.length) throw new Error(`blob ${id} has ${bytes.length} bytes, not the ${end} asked for`)
    const { chunkSize = 256 * 1024 } = this.#options
    const tornAt = torn === undefined ? end : start + Math.floor((end - start) / 2)
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkSize, end - start))
    for (let offset = start; offset < tornAt; offset += chunkSize) {
      const length = bytes.copy(buffer, 0, offset, Math.min(offset + chunkSize, tornAt))
      yield buffer.subarray(0, length)
      buffer.fill(0xdb)
    }
    if (torn !== undefined) throw torn
  }

  async delete(id: BlobId): Promise<void> {
    const torn = await this.#strike('delete')
    assert(isBlobId(id), 'not the name of a blob')
    this.#kept.size -= this.#kept.blobs.get(id)?.length ?? 0
    this.#kept.blobs.delete(id)
    if (torn !== undefined) throw torn
  }

  async *list(after?: BlobId): AsyncGenerator<Blob, void, undefined> {
    const torn = await this.#strike('list')
    const ids = [...this.#kept.blobs.keys()].filter((id) => after === undefined || id > after).sort()
    for (const id of torn === undefined ? ids : ids.slice(0, ids.length / 2)) {
      const bytes = this.#kept.blobs.get(id)
      if (bytes !== undefined) yield { id, size: bytes.length }
    }
    if (torn !== undefined) throw torn
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  /** Arms a fault; it strikes once. */
  inject(fault: BlobFault): void {
    this.#armed.push({ fault, callsLeft: fault.nth })
  }

  /** Faults that have not struck yet. */
  get faultsArmed(): number {
    return this.#armed.length
  }

  /** Blobs kept. */
  get count(): number {
    return this.#kept.blobs.size
  }

  /** Bytes kept. */
  get size(): number {
    return this.#kept.size
  }

  /** Changes a blob's bytes behind the store's back, as a disk does that rots or tears; undefined loses the blob. */
  damage(id: BlobId, change: (bytes: Buffer) => Buffer | undefined): void {
    const bytes = this.#kept.blobs.get(id)
    if (bytes === undefined) throw new BlobMissing(`no blob ${id}`)
    const changed = change(Buffer.from(bytes))
    this.#kept.size += (changed?.length ?? 0) - bytes.length
    if (changed === undefined) this.#kept.blobs.delete(id)
    else this.#kept.blobs.set(id, changed)
  }

  /** Another store over the same blobs, in another epoch. */
  reopen(epoch: number): MemoryStore {
    return new MemoryStore({ ...this.#options, epoch }, this.#kept)
  }

  /** A crash and a new start: this store is closed, its unfinished puts are lost, and the store returned has the rest. */
  restart(epoch: number): MemoryStore {
    this.#closed = true
    return this.reopen(epoch)
  }

  /** Counts a call. Throws if it is to fail, waits if it is to be slow, and returns what it throws at its end if it is to tear. */
  async #strike(operation: BlobOperation): Promise<Error | undefined> {
    this.#checkOpen()
    const struck: BlobFault[] = []
    this.#armed = this.#armed.filter((entry) => {
      if (entry.fault.operation !== operation || --entry.callsLeft > 0) return true
      struck.push(entry.fault)
      return false
    })
    for (const { kind, until } of struck) if (kind === 'slow') await until
    const [failed, torn] = ['fail', 'tear'].map((wanted) => struck.find(({ kind }) => kind === wanted))
    if (failed !== undefined) throw errorOf(failed)
    return torn && errorOf(torn)
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error('the blob store is closed')
  }

  #checkRoom(size: number): void {
    const { sizeMax = Infinity } = this.#options
    if (this.#kept.size + size > sizeMax) throw new ApiError('InsufficientStorage')
  }
}

export type { MemoryStore }

const errorOf = ({ error, operation, kind }: BlobFault): Error => error ?? new Error(`injected: ${operation} ${kind}`)
