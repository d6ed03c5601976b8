/** Further threads that answer requests on the same ports; the kernel spreads the connections. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ServerHealth } from './admin/server-health.ts'
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
  /** In the order in which it was asked for; undefined where it could not be found out. */
  | { readonly kind: 'health'; readonly health: ServerHealth | undefined }
  | { readonly kind: 'stop'; readonly deadlineSeconds: number }

/** What it tells. Snapshots come in the order in which they were asked for. */
export type ThreadAnswer =
  | { readonly kind: 'listening' }
  | { readonly kind: 'snapshot'; readonly snapshot: MetricsSnapshot }
  /** It wants to know how the server is, which the first thread alone knows. */
  | { readonly kind: 'health-wanted' }

export interface Threads {
  /** Of all of them; those that end meanwhile have none. */
  snapshots(): Promise<readonly MetricsSnapshot[]>
  reopenLogs(): void
  stop(deadlineSeconds: number): Promise<void>
}

interface ThreadsParts {
  readonly handle: () => SqliteHandle
  readonly health: () => Promise<ServerHealth>
  onFatal(error: unknown): void
}

/** Resolves when all of them answer. A thread that ends unasked is fatal. */
export async function startThreads(
  orders: readonly FrontOrder[],
  { handle, health, onFatal }: ThreadsParts,
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
      worker.on('error', (error) => onFatal(error))
      worker.on('exit', (code) => {
        if (!stopping) onFatal(new Error(`An HTTP thread has ended with code ${code}`))
      })
      return new Thread(worker, health)
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
  #telling: Promise<void> = Promise.resolve()
  /** Who asked for snapshots, the first one first. */
  readonly #asking: ((snapshot: MetricsSnapshot | undefined) => void)[] = []

  constructor(worker: Worker, health: () => Promise<ServerHealth>) {
    this.#worker = worker
    this.#ended = once(worker, 'exit')
    worker.on('message', (answer: ThreadAnswer) => {
      if (answer.kind === 'snapshot') this.#asking.shift()?.(answer.snapshot)
      if (answer.kind === 'health-wanted') this.#tellHealth(health())
    })
    worker.on('exit', () => this.#asking.splice(0).forEach((tell) => tell(undefined)))
  }

  /** One after the other, so that answers come in the order of the questions. */
  #tellHealth(asked: Promise<ServerHealth>): void {
    this.#telling = Promise.all([asked.catch(() => undefined), this.#telling]).then(([health]) =>
      this.tell({ kind: 'health', health }),
    )
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
