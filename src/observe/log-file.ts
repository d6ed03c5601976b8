/**
 * A file that lines are appended to, behind the requests they tell of: lines wait in memory, are written in batches of whole lines, and
 * are dropped and counted when too many wait. Several threads may append to one file, each by its own LogFile.
 */
import { close, closeSync, open, openSync, write } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const closeFile = promisify(close)
const openFile = promisify(open)
const writeFile = promisify(write)

export interface LogFileOptions {
  /** Path of a file, made where there is none, readable for its owner alone; or `stderr`. */
  readonly destination: string
  /** Told of what could not be written or opened; the lines are lost. */
  onFault(error: unknown): void
  /** Characters that may wait; 8 Mi unless given. */
  readonly waitingMax?: number
}

export interface LogFile {
  /** Lines that were lost: too many waited, or they could not be written. */
  readonly dropped: number
  /** `line` ends with a line feed. Never throws. */
  write(line: string): void
  /** Resolves when all that was written before is in the file or lost. */
  flush(): Promise<void>
  /** Goes on in a new file of the same name: to be called when the old one has been renamed. Never rejects. */
  reopen(): Promise<void>
  /** Writes what waits, and closes. Gives up after a while on a reader of stderr that does not read. Never rejects. */
  close(): Promise<void>
}

/** Throws where the file cannot be opened. */
export const openLogFile = (options: LogFileOptions): LogFile => new AppendedFile(options)

const stderr = 2
const mode = 0o600
/** Characters in a batch that are not waited for to become more. */
const batchSize = 64 * 1024
/** How long a line waits for others. */
const batchMs = 200
/** A pipe that is full is tried again after this long. */
const retryMs = 50
const closeDeadlineMs = 2000

class AppendedFile implements LogFile {
  dropped = 0
  readonly #options: LogFileOptions
  readonly #waitingMax: number
  #fd: number
  #lines: string[] = []
  #waiting = 0
  #timer: NodeJS.Timeout | undefined
  #writing = false
  #written: Promise<void> = Promise.resolve()
  #reopen = false
  #closed = false
  #givenUp = false
  /** The last write broke off within a line. */
  #torn = false

  constructor(options: LogFileOptions) {
    this.#options = options
    this.#waitingMax = options.waitingMax ?? 8 * 1024 * 1024
    this.#fd = options.destination === 'stderr' ? stderr : openSync(options.destination, 'a', mode)
  }

  write(line: string): void {
    if (this.#closed || this.#waiting + line.length > this.#waitingMax) {
      this.dropped++
      return
    }
    this.#lines.push(line)
    this.#waiting += line.length
    if (this.#writing) return
    if (this.#waiting >= batchSize) void this.#drain()
    else this.#timer ??= setTimeout(() => void this.#drain(), batchMs).unref()
  }

  async flush(): Promise<void> {
    while (this.#lines.length > 0 || this.#writing) await this.#drain()
  }

  async reopen(): Promise<void> {
    if (this.#closed) return
    this.#reopen = true
    while (this.#reopen) await this.#drain()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const deadline = setTimeout(() => (this.#givenUp = true), closeDeadlineMs)
    await this.flush()
    clearTimeout(deadline)
    if (this.#fd !== stderr) closeSync(this.#fd)
  }

  #drain(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#writing) {
      this.#writing = true
      this.#written = this.#writeAll()
    }
    return this.#written
  }

  /** One batch after the other; between two of them the file may become another. */
  async #writeAll(): Promise<void> {
    do {
      if (this.#reopen) await this.#open()
      const lines = this.#lines
      this.#lines = []
      this.#waiting = 0
      if (lines.length > 0) await this.#append(lines)
    } while (this.#reopen || this.#waiting >= batchSize || (this.#closed && this.#lines.length > 0))
    this.#writing = false
    // What has come in the meantime, and is little, waits for more.
    if (this.#lines.length > 0) this.#timer = setTimeout(() => void this.#drain(), batchMs).unref()
  }

  async #open(): Promise<void> {
    const old = this.#fd
    try {
      if (old !== stderr) this.#fd = await openFile(this.#options.destination, 'a', mode)
      this.#torn &&= old === stderr
    } catch (error) {
      // The old one is better than none.
      this.#options.onFault(error)
    }
    this.#reopen = false
    if (old !== this.#fd) await closeFile(old).catch((error: unknown) => this.#options.onFault(error))
  }

  async #append(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from((this.#torn ? '\n' : '') + lines.join(''))
    let written = 0
    try {
      while (written < bytes.length) written += await this.#writeSome(bytes, written)
      this.#torn = false
    } catch (error) {
      this.#torn = written > 0 && bytes[written - 1] !== lineFeed
      // Of those that were not written whole.
      for (let at = written; at < bytes.length; at++) if (bytes[at] === lineFeed) this.dropped++
      this.#options.onFault(error)
    }
  }

  async #writeSome(bytes: Buffer, from: number): Promise<number> {
    for (;;) {
      try {
        return (await writeFile(this.#fd, bytes, from, bytes.length - from, null)).bytesWritten
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || this.#givenUp) throw error
        await delay(retryMs)
      }
    }
  }
}

const lineFeed = 0x0a
