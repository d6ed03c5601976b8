/** Load for the tests of the SQLite store, from another thread (given a handle) or another process (given a folder). */
import { parentPort, workerData } from 'node:worker_threads'
import type { MetadataStore } from './metadata-store.ts'
import { joinSqliteStore, openSqliteStore, type SqliteHandle } from './sqlite.ts'

export interface ThreadLoad {
  readonly handle: SqliteHandle
  readonly key: string
  readonly times: number
}

if (parentPort === null) await loadProcess(process.argv[2]!, process.argv[3]!)
else await loadThread(workerData as ThreadLoad)

/** Increments a number through get and set, and reports the stamp that it saw after each time. */
async function loadThread({ handle, key, times }: ThreadLoad): Promise<void> {
  const store = joinSqliteStore(handle)
  const name = Buffer.from(key)
  for (let n = 0; n < times; n++) await increment(store, name)
  parentPort!.postMessage(store.stamp(name))
  await store.close()
}

export async function increment(store: MetadataStore, key: Uint8Array): Promise<void> {
  await store.transact({ exclusive: [key] }, (transaction) => {
    const value = transaction.get(key) as Uint8Array | undefined
    transaction.set(key, Buffer.from(String(Number(Buffer.from(value ?? []).toString()) + 1)))
  })
}

/** Writes records until it is killed, and a line for each that is acknowledged. Ends by itself after a minute. */
async function loadProcess(folder: string, prefix: string): Promise<void> {
  const store = await openSqliteStore({
    folder,
    onFatal: (error) => {
      throw error
    },
    checkpointSize: 2 ** 18,
    walSizeMax: 2 ** 20,
  })
  setTimeout(() => process.exit(1), 60_000)
  const write = async (writer: number) => {
    for (let n = 0; ; n++) {
      const key = `${prefix}-${writer}-${n}`
      await store.transact({ exclusive: [Buffer.from(key)] }, (transaction) => {
        transaction.set(Buffer.from(key), Buffer.alloc(1000, n))
        transaction.set(Buffer.from(`copy of ${key}`), Buffer.alloc(100, n))
        transaction.add(Buffer.from('count'), 1)
      })
      process.stdout.write(`${key}\n`)
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)))
}
