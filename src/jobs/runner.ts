/** Runs the jobs, one bounded piece at a time, so that they never hold up requests for long. */

export interface Job {
  readonly name: string
  /** Does one bounded piece. `busy`: there is more to do now. */
  work(signal: AbortSignal): Promise<'busy' | 'idle'>
}

export interface Runner {
  /** Resolves when the pieces under way have ended. */
  stop(): Promise<void>
}

export interface RunnerOptions {
  /** Between looks at a job that is idle. */
  readonly idleSeconds: number
  onFault(job: string, error: unknown): void
}

/** Between two pieces of a busy job: requests go first. */
const busyPauseMs = 5

export function runJobs(jobs: readonly Job[], { idleSeconds, onFault }: RunnerOptions): Runner {
  const stopping = new AbortController()
  const loops = jobs.map(async (job) => {
    while (!stopping.signal.aborted) {
      let pauseMs = idleSeconds * 1000
      try {
        if ((await job.work(stopping.signal)) === 'busy') pauseMs = busyPauseMs
      } catch (error) {
        if (!stopping.signal.aborted) onFault(job.name, error)
      }
      await pause(pauseMs, stopping.signal)
    }
  })
  return {
    async stop() {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    timer.unref()
    signal.addEventListener('abort', end)
  })
}
