/**
 * Writes a file from small chunks: they are copied into buffers, and all that have filled while the last write ran go out in the next.
 * So a fast body is written in large pieces while more of it arrives, and a slow one holds one buffer.
 */
import { type BufferPool, bufferSize } from './buffer-pool.ts'
import type { Files } from './files.ts'

/** Buffers that one file holds at most, full or being written: 2 MiB. */
const buffersMax = 8
/** Bytes after which what is written begins to be made durable. */
const syncEvery = 16 * 1024 * 1024

interface Segment {
  readonly buffer: Buffer
  /** Bytes of it that are filled. */
  length: number
}

export class GatheringWriter {
  #files: Files
  #pool: BufferPool
  #fd: number
  #filling: Segment | undefined
  /** Full, not being written yet. */
  #waiting: Segment[] = []
  #writing: Segment[] = []
  #run: Promise<void> | undefined
  /** Called when a write has ended, well or badly. */
  #proceed: (() => void) | undefined
  #position = 0
  #syncing: Promise<void> | undefined
  #syncedFrom = 0
  #failure: { readonly error: unknown } | undefined

  constructor(files: Files, pool: BufferPool, fd: number) {
    this.#files = files
    this.#pool = pool
    this.#fd = fd
  }

  /** Takes a copy of the bytes. If it returns a promise, that is to be awaited before the next call. Throws the error of any write. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    for (let offset = 0; offset < bytes.length;) {
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#filling === undefined) {
        if (this.#waiting.length + this.#writing.length >= buffersMax) return this.#writeLater(bytes.subarray(offset))
        this.#filling = { buffer: this.#pool.take(), length: 0 }
      }
      offset += this.#fill(this.#filling, bytes, offset)
    }
    return undefined
  }

  /** Writes what is left; resolves to the size of the file in bytes when all of them are durable. Throws the error of any write. */
  async end(): Promise<number> {
    this.#flush()
    await this.#run
    await this.#syncing
    if (this.#failure !== undefined) throw this.#failure.error
    await this.#files.fdatasync(this.#fd)
    return this.#position
  }

  /** Waits for what is under way, and gives back all buffers: the file can be closed. */
  async abandon(): Promise<void> {
    this.#failure ??= { error: new Error('the file was abandoned') }
    await this.#run
    await this.#syncing
    if (this.#filling !== undefined) this.#waiting.push(this.#filling)
    this.#filling = undefined
    this.#giveBack(this.#waiting)
    this.#waiting = []
  }

  async #writeLater(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => (this.#proceed = resolve))
    await this.write(bytes)
  }

  #fill(segment: Segment, bytes: Uint8Array, offset: number): number {
    const size = Math.min(bytes.length - offset, bufferSize - segment.length)
    segment.buffer.set(size === bytes.length ? bytes : bytes.subarray(offset, offset + size), segment.length)
    segment.length += size
    if (segment.length === bufferSize) this.#flush()
    return size
  }

  #flush(): void {
    if (this.#filling === undefined) return
    this.#waiting.push(this.#filling)
    this.#filling = undefined
    this.#run ??= this.#writeWaiting()
  }

  async #writeWaiting(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && this.#failure === undefined) {
        this.#writing = this.#waiting
        this.#waiting = []
        await this.#writeSegments(this.#writing.map(({ buffer, length }) => buffer.subarray(0, length)))
        this.#writeEnded()
        this.#startSync()
      }
    } catch (error) {
      this.#failure ??= { error }
      this.#writeEnded()
    }
    this.#run = undefined
  }

  /** Begins to make durable what is written, so that not all of a large file is left for the end. */
  #startSync(): void {
    if (this.#syncing !== undefined || this.#position - this.#syncedFrom < syncEvery) return
    this.#syncedFrom = this.#position
    this.#syncing = this.#sync()
  }

  async #sync(): Promise<void> {
    try {
      await this.#files.fdatasync(this.#fd)
    } catch (error) {
      this.#failure ??= { error }
    }
    this.#syncing = undefined
  }

  #writeEnded(): void {
    this.#giveBack(this.#writing)
    this.#writing = []
    this.#proceed?.()
    this.#proceed = undefined
  }

  async #writeSegments(rest: Uint8Array[]): Promise<void> {
    while (rest.length > 0) {
      let size = await this.#files.write(this.#fd, rest, this.#position)
      if (size === 0) throw new Error('the file system wrote nothing and gave no error')
      this.#position += size
      while (rest.length > 0 && size >= rest[0]!.length) size -= rest.shift()!.length
      if (size > 0) rest[0] = rest[0]!.subarray(size)
    }
  }

  #giveBack(segments: readonly Segment[]): void {
    for (const { buffer } of segments) this.#pool.give(buffer)
  }
}
