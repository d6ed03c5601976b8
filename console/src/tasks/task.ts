/** Work on many objects that goes on while one looks at other pages: what it is made of, and how it is done. */
import { Problem } from '../api/problem.ts'

/** One thing to do. */
export interface TaskItem {
  /** By which people know it. */
  readonly key: string
  readonly size?: number
}

export interface TaskFailure<Item extends TaskItem = TaskItem> {
  readonly item: Item
  readonly message: string
}

/** A kind of work. */
export interface TaskOrder<Item extends TaskItem> {
  /** What is done, such as "Copying 3 items to films/". */
  readonly title: string
  /** What is said when it is done: "12 objects were copied." */
  done(count: number): string
  /** What is to be done, piece by piece: folders are read while the work goes on. */
  items(signal: AbortSignal): AsyncIterable<readonly Item[]>
  /** Does up to `batchSize` of them, and tells which failed. */
  perform(items: readonly Item[], signal: AbortSignal): Promise<readonly TaskFailure<Item>[]>
  readonly batchSize: number
  /** Something can be seen of it: lists are asked for again. */
  changed(): void
}

export interface TaskProgress {
  readonly done: number
  readonly bytes: number
  /** Known when all folders have been read. */
  readonly total: number | undefined
}

export interface TaskWatcher<Item extends TaskItem> {
  /** How many items there are so far, or in the end. */
  onListed(count: number, all: boolean): void
  onDone(items: readonly Item[], failures: readonly TaskFailure<Item>[]): void
}

/** At the same time. */
const batchesAtOnce = 4
const triesMax = 4

/** Throws where reading what is to be done fails, and AbortError where it was cancelled. */
export async function perform<Item extends TaskItem>(
  order: TaskOrder<Item>,
  watcher: TaskWatcher<Item>,
  signal: AbortSignal,
): Promise<void> {
  const running = new Set<Promise<void>>()
  let listed = 0
  for await (const items of order.items(signal)) {
    listed += items.length
    watcher.onListed(listed, false)
    for (let from = 0; from < items.length; from += order.batchSize) {
      const batch = items.slice(from, from + order.batchSize)
      while (running.size >= batchesAtOnce) await Promise.race(running)
      signal.throwIfAborted()
      const work = performBatch(order, batch, signal)
        .then((failures) => {
          if (!signal.aborted) watcher.onDone(batch, failures)
        })
        .finally(() => running.delete(work))
      running.add(work)
    }
  }
  watcher.onListed(listed, true)
  await Promise.all(running)
  signal.throwIfAborted()
}

/** Tries again what failed on the way or for want of room; what was refused is a failure of each item. */
async function performBatch<Item extends TaskItem>(
  order: TaskOrder<Item>,
  batch: readonly Item[],
  signal: AbortSignal,
): Promise<readonly TaskFailure<Item>[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await order.perform(batch, signal)
    } catch (error) {
      if (signal.aborted) return []
      const passing = error instanceof Problem && (error.status === 0 || error.status === 429 || error.status >= 500)
      if (!passing || tries === triesMax) {
        const message = error instanceof Error ? error.message : String(error)
        return batch.map((item) => ({ item, message }))
      }
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** tries))
    }
  }
}
