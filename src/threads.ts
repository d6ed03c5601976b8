/** Further threads that answer S3 requests on the same port; the kernel spreads the connections. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { siblingModule } from './base/sibling-module.ts'
import type { SqliteHandle } from './metadata/sqlite.ts'
import type { FrontOrder } from './server.ts'

export interface ThreadOrder {
  readonly front: FrontOrder
  readonly handle: SqliteHandle
}

export interface Threads {
  stop(deadlineSeconds: number): Promise<void>
}

/** Resolves when all of them answer. A thread that ends unasked is fatal. */
export async function startThreads(
  orders: readonly FrontOrder[],
  handle: () => SqliteHandle,
  onFatal: (error: unknown) => void,
): Promise<Threads> {
  let stopping = false
  const workers = await Promise.all(
    orders.map(async (front) => {
      const order: ThreadOrder = { front, handle: handle() }
      const worker = new Worker(siblingModule(import.meta.url, './http-thread'), {
        workerData: order,
        transferList: [order.handle.port],
      })
      await once(worker, 'message')
      worker.on('error', onFatal)
      worker.on('exit', (code) => {
        if (!stopping) onFatal(new Error(`An HTTP thread has ended with code ${code}`))
      })
      return worker
    }),
  )
  return {
    async stop(deadlineSeconds) {
      if (stopping) return
      stopping = true
      await Promise.all(
        workers.map(async (worker) => {
          const ended = once(worker, 'exit')
          worker.postMessage(deadlineSeconds)
          await ended
        }),
      )
    },
  }
}
