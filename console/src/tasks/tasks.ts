/** The work that goes on, or has ended and was not put away: a list that listeners are told of. */
import { toast } from '../components/toasts.ts'
import { tasks as words } from '../strings/tasks.ts'
import { perform, type TaskFailure, type TaskItem, type TaskOrder, type TaskProgress } from './task.ts'

export interface Task extends TaskProgress {
  readonly id: number
  readonly title: string
  readonly state: 'running' | 'done' | 'cancelled'
  /** What failed, as many as are kept. */
  readonly failures: readonly TaskFailure[]
  readonly failed: number
  /** Why it could not go on. */
  readonly error: unknown
}

/** Kept to be shown and tried again. */
const failuresMax = 5000
/** Lists show what has been done so far. */
const changedEveryMs = 3000
/** As many as are kept after they have ended. */
const endedMax = 20

let tasks: readonly Task[] = []
let lastId = 0
const running = new Map<number, { readonly aborter: AbortController; again?: () => void }>()
const listeners = new Set<() => void>()

export const currentTasks = (): readonly Task[] => tasks

export function onTasks(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Begins it, and comes back at once. */
export function startTask<Item extends TaskItem>(order: TaskOrder<Item>): void {
  const id = ++lastId
  const aborter = new AbortController()
  running.set(id, { aborter })
  const begun = { id, title: order.title, state: 'running', done: 0, bytes: 0, total: undefined } as const
  const ended = tasks.filter(({ state }) => state !== 'running').slice(-endedMax)
  set([
    ...tasks.filter((task) => task.state === 'running' || ended.includes(task)),
    { ...begun, failures: [], failed: 0, error: undefined },
  ])
  void run(id, order, aborter)
}

/** What is under way ends as it may; what was done stays done. */
export const cancelTask = (id: number): void => running.get(id)?.aborter.abort()

/** What failed is tried again, as work of its own. */
export function retryTask(id: number): void {
  running.get(id)?.again?.()
  dismissTask(id)
}

export function dismissTask(id: number): void {
  cancelTask(id)
  running.delete(id)
  set(tasks.filter((task) => task.id !== id))
}

async function run<Item extends TaskItem>(id: number, order: TaskOrder<Item>, aborter: AbortController): Promise<void> {
  const failures: TaskFailure<Item>[] = []
  const now = { done: 0, bytes: 0, total: undefined as number | undefined, failed: 0 }
  const tell = (): void => update(id, { ...now })
  const timer = setInterval(() => {
    if (now.done > 0) order.changed()
  }, changedEveryMs)
  const told = setInterval(tell, 150)
  let error: unknown
  try {
    const watcher = {
      onListed(count: number, all: boolean) {
        if (all) now.total = count
      },
      onDone(items: readonly Item[], failed: readonly TaskFailure<Item>[]) {
        now.failed += failed.length
        now.done += items.length - failed.length
        const without = new Set(failed.map(({ item }) => item))
        for (const item of items) if (!without.has(item)) now.bytes += item.size ?? 0
        failures.push(...failed.slice(0, failuresMax - failures.length))
      },
    }
    await perform(order, watcher, aborter.signal)
  } catch (thrown) {
    error = thrown
  } finally {
    clearInterval(timer)
    clearInterval(told)
  }
  const cancelled = aborter.signal.aborted
  const again = (): void => startTask({ ...order, items: () => inBatches(failures.map(({ item }) => item)) })
  const entry = running.get(id)
  if (entry !== undefined && failures.length > 0) entry.again = again
  update(id, { ...now, failures, state: cancelled ? 'cancelled' : 'done', error: cancelled ? undefined : error })
  order.changed()
  if (cancelled) return
  if (error !== undefined) toast(words.stopped(order.title), 'danger')
  else if (now.failed > 0) toast(words.someFailed(now.failed), 'danger')
  else {
    toast(order.done(now.done))
    dismissTask(id)
  }
}

// What is tried again is read as folders are.
// oxlint-disable-next-line typescript/require-await
async function* inBatches<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  yield items
}

const update = (id: number, change: Partial<Task>): void =>
  set(tasks.map((task) => (task.id === id ? { ...task, ...change } : task)))

function set(next: readonly Task[]): void {
  tasks = next
  for (const listener of listeners) listener()
}

// Whoever closes the window ends it all.
window.addEventListener('beforeunload', (event) => {
  if (tasks.some(({ state }) => state === 'running')) event.preventDefault()
})
