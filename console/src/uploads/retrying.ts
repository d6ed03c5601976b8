/** Tries again what failed on the way, or because the server had too much to do; each time it waits for longer. */
import { Problem } from '../api/problem.ts'

/** With the waits below, about four minutes: a server that is started again is back by then. */
const attemptsMax = 12
const waitMaxMs = 30_000

interface RetryOptions {
  readonly signal: AbortSignal
  /** It failed, and is tried again in a moment. */
  onWait(error: Problem): void
  onGo(): void
}

/** `attempt` counts from 0. */
export async function retrying<T>(task: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await task(attempt)
    } catch (error) {
      if (!(error instanceof Problem) || !isPassing(error) || attempt + 1 >= attemptsMax) throw error
      options.onWait(error)
      // Not all at the same moment.
      const factor = 0.75 + Math.random() / 2
      await wait(Math.min(waitMaxMs, 500 * 2 ** attempt) * factor, options.signal)
      options.onGo()
    }
  }
}

/** Whether it may go well the next time. */
const isPassing = ({ status, code }: Problem): boolean =>
  status === 0 ||
  status === 408 ||
  status === 429 ||
  (status >= 500 && status !== 501 && status !== 507) ||
  code === 'RequestTimeout'

/** Ends early when the machine is connected again. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      removeEventListener('online', done)
    }
    const done = (): void => {
      end()
      resolve()
    }
    const abort = (): void => {
      end()
      reject(signal.reason as Error)
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', abort)
    addEventListener('online', done)
  })
}
