/** Connections for reads from one view: each is used by one read at a time, so that no read sees, or holds open, another's view. */
import { ApiError } from '../base/errors.ts'
import type { Awaitable, Snapshot } from './metadata-store.ts'
import { isPromiseLike } from './optimistic.ts'
import type { SqliteReader } from './sqlite-reader.ts'

export interface SnapshotPoolOptions {
  readonly open: () => SqliteReader
  /** The most connections; further reads wait. */
  readonly sizeMax: number
  /** The most reads that wait; further ones are answered SlowDown. */
  readonly waitingMax: number
}

export class SnapshotPool {
  readonly #options: SnapshotPoolOptions
  readonly #idle: SqliteReader[] = []
  readonly #waiting: ((reader: SqliteReader) => void)[] = []
  #size = 0
  #closed = false

  constructor(options: SnapshotPoolOptions) {
    this.#options = options
  }

  async read<T>(body: (snapshot: Snapshot) => Awaitable<T>): Promise<T> {
    const reader = this.#take() ?? (await this.#wait())
    let usable = false
    try {
      reader.begin()
      try {
        // Most bodies don't wait: theirs is the same connection every time.
        const running = body(reader)
        return isPromiseLike(running) ? await running : running
      } finally {
        reader.end()
        usable = true
      }
    } finally {
      if (usable) this.#give(reader)
      else this.#replace(reader)
    }
  }

  /** Closes the connections, those in use when their reads end. */
  close(): void {
    this.#closed = true
    for (const reader of this.#idle.splice(0)) reader.close()
  }

  #take(): SqliteReader | undefined {
    const idle = this.#idle.pop()
    if (idle !== undefined || this.#size >= this.#options.sizeMax) return idle
    const opened = this.#options.open()
    this.#size++
    return opened
  }

  #wait(): Promise<SqliteReader> {
    if (this.#waiting.length >= this.#options.waitingMax) throw new ApiError('SlowDown')
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }

  /** The connection failed to begin or to end a view. */
  #replace(reader: SqliteReader): void {
    this.#size--
    reader.close()
    if (this.#waiting.length === 0) return
    this.#size++
    this.#give(this.#options.open())
  }

  #give(reader: SqliteReader): void {
    const next = this.#waiting.shift()
    if (next !== undefined) next(reader)
    else if (this.#closed) reader.close()
    else this.#idle.push(reader)
  }
}
