/** A thread's end of the store: reads on connections of its own, transactions run here and sent to the writer. */
import assert from 'node:assert/strict'
import type { MessagePort } from 'node:worker_threads'
import { GuardTable, SlotQueue } from './guard-table.ts'
import type { Awaitable, Guards, Key, MetadataStore, Snapshot, Transaction, Value } from './metadata-store.ts'
import { type Committing, transactOptimistically } from './optimistic.ts'
import { SnapshotPool } from './snapshot-pool.ts'
import { openForReading } from './sqlite-database.ts'
import { Outbox } from './sqlite-outbox.ts'
import type { SqliteHandle } from './sqlite-protocol.ts'
import { SqliteReader } from './sqlite-reader.ts'
import { TurnReader } from './sqlite-turn-reader.ts'

/** Memory of the connection that single reads and transactions share, at most. */
const cacheSizeKibibytes = 8192
const snapshotCacheSizeKibibytes = 2048
const snapshotsMax = 4
const snapshotsWaitingMax = 1000

export class SqliteClient implements MetadataStore {
  readonly #table: GuardTable
  readonly #port: MessagePort
  readonly #reader: TurnReader
  readonly #snapshots: SnapshotPool
  readonly #outbox: Outbox
  readonly #committing: Committing
  #closed = false

  constructor({ folder, guards, port }: SqliteHandle) {
    this.#table = new GuardTable(guards)
    this.#port = port
    this.#reader = new TurnReader(new SqliteReader(openForReading(folder, cacheSizeKibibytes)), this.#table)
    this.#snapshots = new SnapshotPool({
      open: () => new SqliteReader(openForReading(folder, snapshotCacheSizeKibibytes)),
      sizeMax: snapshotsMax,
      waitingMax: snapshotsWaitingMax,
    })
    const outbox = (this.#outbox = new Outbox(port))
    this.#committing = {
      table: this.#table,
      queue: new SlotQueue(),
      base: this.#reader,
      commit: (claim, changes) => outbox.send(claim, changes),
    }
  }

  get(key: Key): Value | undefined {
    return this.#reader.get(key)
  }

  stamp(guard: Key): number {
    return this.#table.stamp(guard)
  }

  async read<T>(body: (snapshot: Snapshot) => Awaitable<T>): Promise<T> {
    assert(!this.#closed, 'the store is closed')
    return this.#snapshots.read(body)
  }

  async transact<T>(guards: Guards, body: (transaction: Transaction) => Awaitable<T>): Promise<T> {
    assert(!this.#closed, 'the store is closed')
    return transactOptimistically(this.#committing, guards, body)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#outbox.close()
    this.#port.close()
    this.#snapshots.close()
    this.#reader.close()
  }
}
