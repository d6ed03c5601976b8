/** Reads of one connection. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SyncSnapshot } from './changes.ts'
import type { Entry, Key, ScanOptions, Value } from './metadata-store.ts'
import { bodyKeyOf, bodyNumberOf, isBodyKey, type Segment, segmentsOf } from './sqlite-keys.ts'

type Row<T> = readonly [key: T, value: Value]

export class SqliteReader implements SyncSnapshot {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #getRecord: StatementSync
  readonly #getBody: StatementSync

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#getRecord = this.#prepare('SELECT value FROM records WHERE key = ?')
    this.#getBody = this.#prepare('SELECT value FROM bodies WHERE id = ?')
  }

  get(key: Key): Value | undefined {
    const row = isBodyKey(key) ? this.#getBody.get(bodyNumberOf(key)) : this.#getRecord.get(key)
    return (row as unknown as readonly [Value] | undefined)?.[0]
  }

  scan(start: Key, end: Key, { limit, reverse = false }: ScanOptions): readonly Entry[] {
    if (!(limit >= 1)) throw new RangeError('the limit of a scan is at least 1')
    const segments = segmentsOf(start, end)
    if (segments.length === 1) return this.#scanSegment(segments[0]!, limit, reverse)
    const found: Entry[] = []
    for (const segment of reverse ? segments.toReversed() : segments) {
      if (found.length < limit) found.push(...this.#scanSegment(segment, limit - found.length, reverse))
    }
    return found
  }

  /** From here until `end`, all reads are of one view. */
  begin(): void {
    this.#prepare('BEGIN').run()
  }

  end(): void {
    this.#prepare('COMMIT').run()
  }

  close(): void {
    this.#database.close()
  }

  #scanSegment({ table, start, end }: Segment, limit: number, reverse: boolean): readonly Entry[] {
    const key = table === 'records' ? 'key' : 'id'
    const order = reverse ? 'DESC' : 'ASC'
    const statement = this.#prepare(
      `SELECT ${key}, value FROM ${table} WHERE ${key} >= ? AND ${key} < ? ORDER BY ${key} ${order} LIMIT ?`,
    )
    const rows: unknown = statement.all(start, end, limit)
    if (table === 'records') return rows as readonly Entry[]
    return (rows as readonly Row<number>[]).map(([number, value]) => [bodyKeyOf(number), value])
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      statement.setReturnArrays(true)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
