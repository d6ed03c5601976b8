/**
 * The reads of one turn of the event loop, from one view while nothing is committed: SQLite then finds its lock taken and its pages read. The view
 * is given up when the count of commits moves, so a read sees all that was acknowledged before it, and at the end of the turn, so
 * that the log can be started anew.
 */
import type { SyncSnapshot } from './changes.ts'
import type { GuardTable } from './guard-table.ts'
import type { Entry, Key, ScanOptions, Value } from './metadata-store.ts'
import type { SqliteReader } from './sqlite-reader.ts'

export class TurnReader implements SyncSnapshot {
  readonly #reader: SqliteReader
  readonly #table: GuardTable
  #open = false
  /** Commits, counted before the view was taken. */
  #seen = 0
  #ending = false

  constructor(reader: SqliteReader, table: GuardTable) {
    this.#reader = reader
    this.#table = table
  }

  get(key: Key): Value | undefined {
    this.#renew()
    return this.#reader.get(key)
  }

  scan(start: Key, end: Key, options: ScanOptions): readonly Entry[] {
    this.#renew()
    return this.#reader.scan(start, end, options)
  }

  close(): void {
    this.#end()
    this.#reader.close()
  }

  #renew(): void {
    const commits = this.#table.commits
    if (this.#open) {
      if (commits === this.#seen) return
      this.#end()
    }
    this.#seen = commits
    this.#reader.begin()
    this.#open = true
    if (this.#ending) return
    this.#ending = true
    setImmediate(() => {
      this.#ending = false
      this.#end()
    })
  }

  #end(): void {
    if (!this.#open) return
    this.#open = false
    this.#reader.end()
  }
}
