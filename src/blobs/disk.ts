/**
 * Blobs as files. A blob is written to `tmp/`, made durable, renamed into its folder, and the folder made durable: whatever lies in a
 * folder is whole, and what a crash left in `tmp/` is removed at the next start. Layout and reasons: docs/decisions/0003-blob-layout.md.
 */
import { mkdir, rm } from 'node:fs/promises'
import assert from 'node:assert/strict'
import { dirname, join, resolve } from 'node:path'

import { ApiError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { epochOf, epochText, isBlobId, makeBlobId } from './blob-id.ts'
import { type Blob, type BlobId, BlobMissing, type BlobStore, type ByteRange, type PutOptions } from './blob-store.ts'
import { BufferPool } from './buffer-pool.ts'
import { consume } from './consume.ts'
import { createExclusive, type Files, nodeFiles, readOnly, systemCode } from './files.ts'
import { Folders, syncFolder } from './folders.ts'
import { GatheringWriter } from './gathering-writer.ts'
import { type OpenRange, readRange } from './read-range.ts'
import { walk } from './walk.ts'

export interface DiskStoreOptions {
  /** Made, with its parents, if it is not there. Nobody writes in it but stores of the open epochs. */
  readonly folder: string
  /** The number of this opening, up to epochMax: above those of all earlier ones, and nobody else's. */
  readonly epoch: number
  /** Other epochs in which somebody may be writing now: what they have in `tmp/` is left alone. */
  readonly epochsOpen?: readonly number[]
  readonly random: Random
  /** For tests that let the Nth call fail. */
  readonly files?: Files
}

/** Buffers of 256 KiB kept for later. */
const buffersFreeMax = 64

export async function openDiskStore(options: DiskStoreOptions): Promise<BlobStore> {
  const { epoch, epochsOpen = [], random, files = nodeFiles } = options
  const folder = resolve(options.folder)
  const [temporary, blobs] = [join(folder, 'tmp'), join(folder, 'blobs')]
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const path of [temporary, blobs]) {
    await mkdir(path, { recursive: true, mode: 0o700 })
    if (!(await files.lstat(path)).isFolder) throw new Error(`not a folder: ${path}`)
  }
  await syncFolder(files, folder)
  await syncFolder(files, dirname(folder))
  const open = new Set([...epochsOpen].map(epochText))
  for (const name of await files.readdir(temporary)) {
    if (!isBlobId(name) || !open.has(name.slice(0, 10)))
      await rm(join(temporary, name), { recursive: true, force: true })
  }
  return new DiskStore({ files, random, temporary, blobs, epoch, epochsOpen })
}

interface DiskStoreParts {
  readonly files: Files
  readonly random: Random
  readonly temporary: string
  readonly blobs: string
  readonly epoch: number
  readonly epochsOpen: readonly number[]
}

class DiskStore implements BlobStore {
  #parts: DiskStoreParts
  #files: Files
  #epoch: string
  #folders: Folders
  #pool = new BufferPool(buffersFreeMax)
  /** Puts and deletes under way. */
  #writing = new Set<Promise<unknown>>()
  #closed = false

  constructor(parts: DiskStoreParts) {
    this.#parts = parts
    this.#files = parts.files
    this.#epoch = epochText(parts.epoch)
    this.#folders = new Folders(parts.files, parts.blobs, this.#epoch)
  }

  put(body: AsyncIterable<Uint8Array>, { signal }: PutOptions = {}): Promise<Blob> {
    return this.#track(this.#put(body, signal))
  }

  get(id: BlobId, range?: ByteRange): AsyncIterable<Uint8Array> {
    return readRange(this.#files, this.#pool, () => this.#open(id, range))
  }

  delete(id: BlobId): Promise<void> {
    return this.#track(this.#delete(id))
  }

  async *list(after?: BlobId): AsyncGenerator<Blob> {
    this.#checkOpen()
    yield* walk(this.#files, this.#parts.blobs, after)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await Promise.allSettled(this.#writing)
    await this.#folders.pruneMine()
  }

  async #put(body: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<Blob> {
    this.#checkOpen()
    signal?.throwIfAborted()
    const id = makeBlobId(this.#epoch, this.#parts.random)
    const temporary = join(this.#parts.temporary, id)
    try {
      // 1. The folder, before the body is taken: if it cannot be had, the client hears so early.
      await this.#folders.make(id)
      // 2. The bytes, durable.
      const fd = await this.#files.open(temporary, createExclusive, 0o600)
      const size = await this.#write(fd, temporary, body, signal)
      // 3. The name, durable.
      await this.#place(fd, temporary, id)
      return { id, size }
    } catch (error) {
      if (systemCode(error) === 'ENOENT') this.#folders.forget()
      throw asStorageError(error)
    }
  }

  async #write(
    fd: number,
    temporary: string,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const writer = new GatheringWriter(this.#files, this.#pool, fd)
    try {
      await consume(body, signal, (chunk) => writer.write(chunk))
      const size = await writer.end()
      signal?.throwIfAborted()
      return size
    } catch (error) {
      await writer.abandon()
      await Promise.allSettled([this.#files.close(fd), this.#files.unlink(temporary)])
      throw error
    }
  }

  async #place(fd: number, temporary: string, id: BlobId): Promise<void> {
    const path = this.#folders.pathOf(id)
    const closing = this.#files.close(fd)
    // Met again below.
    closing.catch(() => {})
    try {
      await this.#files.rename(temporary, path)
      await this.#folders.sync(dirname(path))
      await closing
    } catch (error) {
      await Promise.allSettled([closing, this.#files.unlink(temporary), this.#files.unlink(path)])
      throw error
    }
  }

  /** Opens the blob and checks the range; the name was made by a store, and what it names is a file in a folder in a folder. */
  async #open(id: BlobId, range: ByteRange | undefined): Promise<OpenRange> {
    this.#checkOpen()
    assert(isBlobId(id), 'not the name of a blob')
    const fd = await this.#openFile(id)
    try {
      const { size, isFile } = this.#files.status(fd)
      if (!isFile) throw new Error(`blob ${id} is no regular file`)
      const { start, end } = range ?? { start: 0, end: size }
      assert(start >= 0 && start <= end, `not a range: ${start} to ${end}`)
      if (end > size) throw new Error(`blob ${id} has ${size} bytes, not the ${end} asked for`)
      return { fd, start, end }
    } catch (error) {
      await this.#files.closeReader(fd)
      throw error
    }
  }

  async #openFile(id: BlobId): Promise<number> {
    try {
      await this.#folders.check(id)
      return await this.#files.open(this.#folders.pathOf(id), readOnly)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      // Not the same as that the disk is not there.
      await this.#files.lstat(this.#parts.blobs)
      throw new BlobMissing(`no blob ${id}`, { cause: error })
    }
  }

  async #delete(id: BlobId): Promise<void> {
    this.#checkOpen()
    assert(isBlobId(id), 'not the name of a blob')
    const path = this.#folders.pathOf(id)
    try {
      await this.#folders.check(id)
      await this.#files.unlink(path)
      await this.#folders.sync(dirname(path))
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      await this.#files.lstat(this.#parts.blobs)
      return
    }
    const { epoch, epochsOpen } = this.#parts
    if (epochOf(id) < epoch && !epochsOpen.includes(epochOf(id))) await this.#folders.prune(id)
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error('the blob store is closed')
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#writing.add(work)
    const ended = (): boolean => this.#writing.delete(work)
    work.then(ended, ended)
    return work
  }
}

/** What the client is told of a full disk. */
function asStorageError(error: unknown): unknown {
  const code = systemCode(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new ApiError('InsufficientStorage', undefined, { cause: error })
    : error
}
