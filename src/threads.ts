/** Further threads that answer requests on the same ports; the kernel spreads the connections. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { siblingModule } from './base/sibling-module.ts'
import type { FrontOrder } from './front.ts'
import type { SqliteHandle } from './metadata/sqlite.ts'
import type { MetricsSnapshot } from './observe/metrics.ts'

export interface ThreadOrder {
  readonly front: FrontOrder
  readonly handle: SqliteHandle
}

/** What a thread is told. */
export type ThreadMessage =
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'reopen-logs' }
  | { readonly kind: 'stop'; readonly deadlineSeconds: number }

/** What it tells. Snapshots come in the order in which they were asked for. */
export type ThreadAnswer =
  | { readonly kind: 'listening' }
  | { readonly kind: 'snapshot'; readonly snapshot: MetricsSnapshot }

export interface Threads {
  /** Of all of them; those that end meanwhile have none. */
  snapshots(): Promise<readonly MetricsSnapshot[]>
  reopenLogs(): void
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
      return new Thread(worker)
    }),
  )
  return {
    async snapshots() {
      const snapshots = await Promise.all(workers.map((worker) => worker.snapshot()))
      return snapshots.filter((snapshot) => snapshot !== undefined)
    },
    reopenLogs: () => workers.forEach((worker) => worker.tell({ kind: 'reopen-logs' })),
    async stop(deadlineSeconds) {
      if (stopping) return
      stopping = true
      await Promise.all(workers.map((worker) => worker.stop(deadlineSeconds)))
    },
  }
}

class Thread {
  readonly #worker: Worker
  readonly #ended: Promise<unknown>
  /** Who asked for snapshots, the first one first. */
  readonly #asking: ((snapshot: MetricsSnapshot | undefined) => void)[] = []

  constructor(worker: Worker) {
    this.#worker = worker
    this.#ended = once(worker, 'exit')
    worker.on('message', (answer: ThreadAnswer) => {
      if (answer.kind === 'snapshot') this.#asking.shift()?.(answer.snapshot)
    })
    worker.on('exit', () => this.#asking.splice(0).forEach((tell) => tell(undefined)))
  }

  tell(message: ThreadMessage): void {
    this.#worker.postMessage(message)
  }

  snapshot(): Promise<MetricsSnapshot | undefined> {
    const { promise, resolve } = Promise.withResolvers<MetricsSnapshot | undefined>()
    this.#asking.push(resolve)
    this.tell({ kind: 'snapshot' })
    return promise
  }

  async stop(deadlineSeconds: number): Promise<void> {
    this.tell({ kind: 'stop', deadlineSeconds })
    await this.#ended
  }
}
