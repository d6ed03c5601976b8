/** How much is sent at once: so many bodies, of whichever files, in the order in which they asked. Browsers have six connections; two stay for the pages. */
export const connectionsMax = 4

let free = connectionsMax
const queue: (() => void)[] = []

/** Runs a task when there is a connection for it; throws the signal's reason where it is aborted before. */
export async function withConnection<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  await take(signal)
  try {
    return await task()
  } finally {
    const next = queue.shift()
    if (next === undefined) free++
    else next()
  }
}

async function take(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (free > 0) {
    free--
    return
  }
  await new Promise<void>((resolve, reject) => {
    const go = (): void => {
      signal.removeEventListener('abort', abort)
      resolve()
    }
    const abort = (): void => {
      queue.splice(queue.indexOf(go), 1)
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', abort, { once: true })
    queue.push(go)
  })
}
