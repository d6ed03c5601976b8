/**
 * Records in a folder, in SQLite: one writer thread commits for all, every thread reads for itself.
 *
 * docs/decisions/0002-record-store.md says why it is built so.
 */
import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'
import { type Random, systemRandom } from '../base/random.ts'
import { siblingModule } from '../base/sibling-module.ts'
import { createSharedGuards } from './guard-table.ts'
import type { MetadataStore } from './metadata-store.ts'
import { SqliteClient } from './sqlite-client.ts'
import { createFolder, lockFolder } from './sqlite-database.ts'
import type { SqliteHandle, WriterOrder, WriterReport, WriterSettings } from './sqlite-protocol.ts'

export type { SqliteHandle } from './sqlite-protocol.ts'

export interface SqliteStoreOptions {
  /** Created if it is absent. Used by one process at a time. */
  readonly folder: string
  /**
   * Told once if the writer thread ends unasked. Whatever awaits it is rejected, and nothing can be written any more: the process should
   * end. What is on the disk is right.
   */
  readonly onFatal: (error: Error) => void
  readonly random?: Random
  /** Bytes in the write-ahead log, not yet in the database, from which on they are moved there. */
  readonly checkpointSize?: number
  /** Bytes from which on the write-ahead log is started anew. It may grow a few times larger while long reads hold it. */
  readonly walSizeMax?: number
}

export interface SqliteStore extends MetadataStore {
  /**
   * What another thread needs for `joinSqliteStore`, once for each thread: pass it in workerData or a message, with its `port` in the
   * list of what is transferred.
   */
  handle(): SqliteHandle
}

/** 2^20 slots: 12 MiB of address space, occupied where used. */
const guardBits = 20

/** Opens or creates the store. Throws if another process uses it, or a newer version wrote it. */
export async function openSqliteStore({
  folder,
  onFatal,
  random = systemRandom,
  checkpointSize = 4 * 2 ** 20,
  walSizeMax = 64 * 2 ** 20,
}: SqliteStoreOptions): Promise<SqliteStore> {
  createFolder(folder)
  const unlock = lockFolder(folder)
  const guards = createSharedGuards(random, guardBits)
  const settings: WriterSettings = { folder, guards, checkpointSize, walSizeMax }
  const writer = new Worker(siblingModule(import.meta.url, './sqlite-writer'), { workerData: settings })
  try {
    const [report] = (await once(writer, 'message')) as [WriterReport]
    if (report !== 'ready') throw new Error(report.fault)
  } catch (error) {
    await writer.terminate()
    unlock()
    throw error
  }

  let closing = false
  writer.on('error', (error) => ended(error))
  writer.on('exit', (code) => ended(new Error(`The writer thread has ended with code ${code}.`)))
  function ended(error: unknown): void {
    if (closing) return
    closing = true
    onFatal(error instanceof Error ? error : new Error(String(error)))
  }

  function handle(): SqliteHandle {
    const { port1, port2 } = new MessageChannel()
    const order: WriterOrder = { join: port1 }
    writer.postMessage(order, [port1])
    return { folder, guards, port: port2 }
  }

  const client = joinSqliteStore(handle())
  return {
    get: (key) => client.get(key),
    read: (body) => client.read(body),
    transact: (guardsOfBody, body) => client.transact(guardsOfBody, body),
    stamp: (guard) => client.stamp(guard),
    handle,
    async close() {
      try {
        await client.close()
        if (closing) return
        closing = true
        const order: WriterOrder = { close: true }
        writer.postMessage(order)
        await once(writer, 'exit')
      } finally {
        unlock()
      }
    },
  }
}

/** The same store in another thread. Its `close` ends this thread's part only. */
export function joinSqliteStore(handle: SqliteHandle): MetadataStore {
  return new SqliteClient(handle)
}
