/** Group commit: checks the guards of many transactions, applies those that hold, and makes them durable in one commit. */
import assert from 'node:assert/strict'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { textOf } from './changes.ts'
import { decodeCounter, encodeCounter } from './counter.ts'
import type { Claim, GuardTable } from './guard-table.ts'
import type { Key, Value } from './metadata-store.ts'
import { openForWriting, sqliteCode, sqliteCodeOf } from './sqlite-database.ts'
import { bodyNumberOf, isBodyKey, segmentsOf } from './sqlite-keys.ts'
import type { Failure, PackedTransaction } from './sqlite-protocol.ts'

/** What became of a transaction. */
export type Outcome = 'committed' | 'conflict' | Failure

export class BatchWriter {
  readonly #folder: string
  readonly #table: GuardTable
  /** Undefined after a failure that leaves the connection in doubt, until it is opened again. */
  #connection: Connection | undefined

  constructor(folder: string, table: GuardTable) {
    this.#folder = folder
    this.#table = table
    this.#connection = new Connection(openForWriting(folder))
  }

  /** One outcome for each transaction, in their order. Those committed are durable, and their stamps bumped. */
  commit(transactions: readonly PackedTransaction[]): Outcome[] {
    try {
      return this.#commitTogether(transactions)
    } catch (error) {
      if (this.#giveUp(error)) return transactions.map(() => failureOf(error))
      // One of them is at fault: it must not harm the others.
      return transactions.map((transaction) => this.#commitAlone(transaction))
    }
  }

  /** Moves the rest of the log into the database and starts the log anew. Waits for readers `waitMilliseconds` at most. */
  restartLog(mode: 'RESTART' | 'TRUNCATE', waitMilliseconds: number): void {
    const database = this.#connection?.database
    if (database === undefined) return
    try {
      database.exec(`PRAGMA busy_timeout = ${waitMilliseconds}; PRAGMA wal_checkpoint(${mode})`)
      database.exec('PRAGMA busy_timeout = 5000')
    } catch (error) {
      if (!this.#giveUp(error)) throw error
    }
  }

  /** Pages in the log, and how many of them have been moved into the database. */
  log(): { readonly pages: number; readonly moved: number } {
    try {
      return this.#connection?.log() ?? { pages: 0, moved: 0 }
    } catch (error) {
      if (!this.#giveUp(error)) throw error
      return { pages: 0, moved: 0 }
    }
  }

  close(): void {
    this.restartLog('TRUNCATE', 1000)
    this.#connection?.database.close()
  }

  #commitAlone(transaction: PackedTransaction): Outcome {
    try {
      return this.#commitTogether([transaction])[0]!
    } catch (error) {
      this.#giveUp(error)
      return failureOf(error)
    }
  }

  #commitTogether(transactions: readonly PackedTransaction[]): Outcome[] {
    const connection = (this.#connection ??= new Connection(openForWriting(this.#folder)))
    const batch = new BatchGuards(this.#table)
    const sums = new Sums(connection)
    connection.begin()
    const outcomes = transactions.map((transaction): Outcome => {
      if (!batch.admit(transaction.claim)) return 'conflict'
      apply(connection, transaction, sums)
      return 'committed'
    })
    sums.write()
    connection.commit()
    this.#table.countCommit()
    for (const [index, { claim }] of transactions.entries()) {
      if (outcomes[index] === 'committed') this.#table.bump(claim)
    }
    return outcomes
  }

  /** Rolls back. True if the fault is the disk's: then the connection is closed too, since it may not know what is on the disk. */
  #giveUp(error: unknown): boolean {
    const code = sqliteCodeOf(error)
    const database = this.#connection?.database
    try {
      if (database?.isTransaction) database.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, or closing the connection will.
    }
    if (code === undefined || !diskFaults.has(code)) return false
    this.#connection = undefined
    database?.close()
    return true
  }
}

/** What isn't the fault of one transaction. */
const diskFaults: ReadonlySet<number> = new Set(Object.values(sqliteCode))

function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  const code = sqliteCodeOf(error)
  if (code === undefined || !diskFaults.has(code)) return { code: undefined, message }
  return { code: code === sqliteCode.full ? 'InsufficientStorage' : 'ServiceUnavailable', message }
}

/** The guards of the transactions of one batch: the stamps don't show them before the commit. */
class BatchGuards {
  readonly #table: GuardTable
  readonly #exclusive = new Set<number>()
  readonly #shared = new Set<number>()

  constructor(table: GuardTable) {
    this.#table = table
  }

  /** Whether the claim holds against all that is committed and all that was admitted before. */
  admit(claim: Claim): boolean {
    if (!this.#table.holds(claim)) return false
    for (const slot of claim.exclusive) if (this.#exclusive.has(slot) || this.#shared.has(slot)) return false
    for (const slot of claim.shared) if (this.#exclusive.has(slot)) return false
    for (const slot of claim.exclusive) this.#exclusive.add(slot)
    for (const slot of claim.shared) this.#shared.add(slot)
    return true
  }
}

/** Additions to counters, each written once a batch. */
class Sums {
  readonly #connection: Connection
  readonly #sums = new Map<string, { readonly key: Key; delta: number }>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  add(key: Key, delta: number): void {
    const text = textOf(key)
    const sum = this.#sums.get(text)
    if (sum === undefined) this.#sums.set(text, { key, delta })
    else sum.delta += delta
  }

  /** Before something else is done to the key. */
  writeOne(key: Key): void {
    if (this.#sums.size === 0) return
    const text = textOf(key)
    const sum = this.#sums.get(text)
    if (sum === undefined) return
    this.#sums.delete(text)
    this.#write(sum.key, sum.delta)
  }

  write(): void {
    for (const { key, delta } of this.#sums.values()) this.#write(key, delta)
    this.#sums.clear()
  }

  #write(key: Key, delta: number): void {
    const value = this.#connection.get(key)
    assert(value === undefined || value.length === 8, 'the record that was added to is no counter')
    const count = decodeCounter(value) + delta
    assert(Number.isSafeInteger(count), 'a counter is out of bounds')
    this.#connection.set(key, encodeCounter(count))
  }
}

function apply(connection: Connection, { ranges, points, additions }: PackedTransaction, sums: Sums): void {
  if (ranges.length > 0) sums.write()
  for (const [start, end] of ranges) connection.deleteRange(start, end)
  for (const { key, value } of points) {
    sums.writeOne(key)
    if (value === undefined) connection.delete(key)
    else connection.set(key, value)
  }
  for (const { key, delta } of additions) sums.add(key, delta)
}

/** The writer's connection and its statements. */
class Connection {
  readonly database: DatabaseSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #getRecord: StatementSync
  readonly #setRecord: StatementSync
  readonly #deleteRecord: StatementSync
  readonly #deleteRecords: StatementSync
  readonly #setBody: StatementSync
  readonly #deleteBody: StatementSync
  readonly #deleteBodies: StatementSync
  readonly #log: StatementSync

  constructor(database: DatabaseSync) {
    this.database = database
    this.#begin = database.prepare('BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
    this.#getRecord = database.prepare('SELECT value FROM records WHERE key = ?')
    this.#setRecord = database.prepare('INSERT OR REPLACE INTO records VALUES (?, ?)')
    this.#deleteRecord = database.prepare('DELETE FROM records WHERE key = ?')
    this.#deleteRecords = database.prepare('DELETE FROM records WHERE key >= ? AND key < ?')
    this.#setBody = database.prepare('INSERT OR REPLACE INTO bodies VALUES (?, ?)')
    this.#deleteBody = database.prepare('DELETE FROM bodies WHERE id = ?')
    this.#deleteBodies = database.prepare('DELETE FROM bodies WHERE id >= ? AND id < ?')
    // Does nothing but count. SQLite before 3.51 doesn't know it and checkpoints instead, which is slower but right.
    this.#log = database.prepare('PRAGMA wal_checkpoint(NOOP)')
  }

  begin(): void {
    this.#begin.run()
  }

  commit(): void {
    this.#commit.run()
  }

  log(): { readonly pages: number; readonly moved: number } {
    const row = this.#log.get()
    return { pages: Number(row?.['log']), moved: Number(row?.['checkpointed']) }
  }

  /** A counter's value: no body is one. */
  get(key: Key): Value | undefined {
    assert(!isBodyKey(key), 'a body is no counter')
    return this.#getRecord.get(key)?.['value'] as Value | undefined
  }

  set(key: Key, value: Value): void {
    if (!isBodyKey(key)) {
      this.#setRecord.run(key, value)
      return
    }
    const number = bodyNumberOf(key)
    assert(number >= 0, "a body's key is its number in 8 bytes, below 2^53")
    this.#setBody.run(number, value)
  }

  delete(key: Key): void {
    if (isBodyKey(key)) this.#deleteBody.run(bodyNumberOf(key))
    else this.#deleteRecord.run(key)
  }

  deleteRange(start: Key, end: Key): void {
    for (const segment of segmentsOf(start, end)) {
      const statement = segment.table === 'records' ? this.#deleteRecords : this.#deleteBodies
      statement.run(segment.start, segment.end)
    }
  }
}
