/** How a thread is: how late its timers are, and how much memory its objects take. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

/** All of it can be sent to another thread. */
export interface ThreadState {
  /** `main`, or its number. */
  readonly thread: string
  /** How late timers were since the last snapshot, by quantile: 0.5, 0.99 and 1. */
  readonly lagSeconds: readonly (readonly [quantile: string, seconds: number])[]
  readonly heapUsedBytes: number
}

export interface ThreadObserver {
  snapshot(): ThreadState
  close(): void
}

/** Milliseconds between the timers whose lateness is measured. */
const resolution = 20

export function observeThread(thread: string): ThreadObserver {
  const delays = monitorEventLoopDelay({ resolution })
  delays.enable()
  // What is measured is the time between two of them.
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolution / 1000)
  return {
    snapshot() {
      const lagSeconds = (
        [
          ['0.5', delays.percentile(50)],
          ['0.99', delays.percentile(99)],
          ['1', delays.max],
        ] as const
      ).map(([quantile, nanoseconds]) => [quantile, delays.count === 0 ? 0 : late(nanoseconds)] as const)
      delays.reset()
      return { thread, lagSeconds, heapUsedBytes: getHeapStatistics().used_heap_size }
    },
    close: () => void delays.disable(),
  }
}
