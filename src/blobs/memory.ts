/**
 * Blobs in memory, with faults on demand, for tests and the simulation. It keeps the contract's sharp edges: a chunk it gave is
 * overwritten when the next is asked for, and a chunk it was given is copied before the next is.
 */
import { ApiError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { epochText, makeBlobId } from './blob-id.ts'
import { consume } from './consume.ts'
import { type Blob, type BlobId, BlobMissing, type BlobStore, type ByteRange, type PutOptions } from './blob-store.ts'

export type BlobOperation = 'put' | 'get' | 'delete' | 'list'

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

export interface MemoryStore extends BlobStore {
  /** Arms a fault; it strikes once. */
  inject(fault: BlobFault): void
  /** Faults that have not struck yet. */
  readonly faultsArmed: number
  /** Blobs and bytes kept. */
  readonly count: number
  readonly size: number
  /** Changes a blob's bytes behind the store's back, as a disk does that rots or tears; undefined loses it. */
  damage(id: BlobId, change: (bytes: Buffer) => Buffer | undefined): void
  /** Another store over the same blobs, in another epoch. */
  reopen(epoch: number): MemoryStore
  /** A crash and a new start: this store is closed, its unfinished puts are lost, and the store returned has the rest. */
  restart(epoch: number): MemoryStore
}

export const openMemoryStore = (options: MemoryStoreOptions): MemoryStore =>
  memoryStore(options, { blobs: new Map(), size: 0 })

/** What stores over the same blobs share. */
interface Kept {
  readonly blobs: Map<BlobId, Buffer>
  size: number
}

function memoryStore(options: MemoryStoreOptions, kept: Kept): MemoryStore {
  const { random, sizeMax = Infinity, chunkSize = 256 * 1024 } = options
  const epoch = epochText(options.epoch)
  const armed: { fault: BlobFault; callsLeft: number }[] = []
  const { blobs } = kept
  let closed = false

  /** Counts a call; the fault that strikes it, if any, after the wait of a slow one. */
  async function strike(operation: BlobOperation): Promise<BlobFault | undefined> {
    checkOpen()
    let struck: BlobFault | undefined
    for (let index = armed.length - 1; index >= 0; index--) {
      const entry = armed[index]!
      if (entry.fault.operation !== operation || --entry.callsLeft > 0) continue
      armed.splice(index, 1)
      struck = entry.fault
    }
    if (struck?.kind === 'slow') await struck.until
    if (struck?.kind === 'fail') throw errorOf(struck)
    return struck
  }

  function checkOpen(): void {
    if (closed) throw new Error('the blob store is closed')
  }

  return {
    async put(body: AsyncIterable<Uint8Array>, { signal }: PutOptions = {}): Promise<Blob> {
      const fault = await strike('put')
      signal?.throwIfAborted()
      const chunks: Buffer[] = []
      let length = 0
      await consume(body, signal, (chunk) => {
        length += chunk.length
        if (kept.size + length > sizeMax) throw new ApiError('InsufficientStorage')
        chunks.push(Buffer.from(chunk))
        return undefined
      })
      signal?.throwIfAborted()
      checkOpen()
      if (kept.size + length > sizeMax) throw new ApiError('InsufficientStorage')
      const id = makeBlobId(epoch, random)
      blobs.set(id, Buffer.concat(chunks, length))
      kept.size += length
      if (fault?.kind === 'tear') throw errorOf(fault)
      return { id, size: length }
    },

    async *get(id: BlobId, range?: ByteRange): AsyncGenerator<Uint8Array> {
      const fault = await strike('get')
      const bytes = blobs.get(id)
      if (bytes === undefined) throw new BlobMissing(`no blob ${id}`)
      const { start, end } = range ?? { start: 0, end: bytes.length }
      if (end > bytes.length) throw new Error(`blob ${id} has ${bytes.length} bytes, not the ${end} asked for`)
      const tornAt = fault?.kind === 'tear' ? start + Math.floor((end - start) / 2) : end
      const buffer = Buffer.allocUnsafeSlow(Math.min(chunkSize, Math.max(end - start, 0)))
      for (let offset = start; offset < tornAt; offset += chunkSize) {
        checkOpen()
        const length = bytes.copy(buffer, 0, offset, Math.min(offset + chunkSize, tornAt))
        yield buffer.subarray(0, length)
        buffer.fill(0xdb)
      }
      if (fault?.kind === 'tear') throw errorOf(fault)
    },

    async delete(id: BlobId): Promise<void> {
      const fault = await strike('delete')
      kept.size -= blobs.get(id)?.length ?? 0
      blobs.delete(id)
      if (fault?.kind === 'tear') throw errorOf(fault)
    },

    async *list(after?: BlobId): AsyncGenerator<Blob> {
      const fault = await strike('list')
      const ids = [...blobs.keys()].filter((id) => after === undefined || id > after).sort()
      const tornAt = fault?.kind === 'tear' ? Math.floor(ids.length / 2) : ids.length
      for (const id of ids.slice(0, tornAt)) {
        checkOpen()
        const bytes = blobs.get(id)
        if (bytes !== undefined) yield { id, size: bytes.length }
      }
      if (fault?.kind === 'tear') throw errorOf(fault)
    },

    async close(): Promise<void> {
      closed = true
    },

    inject(fault) {
      armed.push({ fault, callsLeft: fault.nth })
    },
    get faultsArmed() {
      return armed.length
    },
    get count() {
      return blobs.size
    },
    get size() {
      return kept.size
    },

    damage(id, change) {
      const bytes = blobs.get(id)
      if (bytes === undefined) throw new BlobMissing(`no blob ${id}`)
      const changed = change(Buffer.from(bytes))
      kept.size += (changed?.length ?? 0) - bytes.length
      if (changed === undefined) blobs.delete(id)
      else blobs.set(id, changed)
    },

    reopen: (nextEpoch) => memoryStore({ ...options, epoch: nextEpoch }, kept),

    restart(nextEpoch) {
      closed = true
      return memoryStore({ ...options, epoch: nextEpoch }, kept)
    },
  }
}

const errorOf = (fault: BlobFault): Error => fault.error ?? new Error(`injected: ${fault.operation} ${fault.kind}`)
