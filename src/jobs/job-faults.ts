/** Which jobs fail now: those whose last piece of work did, for people to look at. */
import type { Clock } from '../base/clock.ts'
import type { Job } from './runner.ts'

export interface JobFault {
  readonly job: string
  readonly message: string
  /** Since when each piece has failed, in milliseconds since 1970. */
  readonly sinceMs: number
}

export class JobFaults {
  readonly #clock: Clock
  readonly #faults = new Map<string, JobFault>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get current(): readonly JobFault[] {
    return [...this.#faults.values()]
  }

  /** The same job, whose faults are noted. */
  watch(job: Job): Job {
    return {
      name: job.name,
      work: async (signal) => {
        try {
          const outcome = await job.work(signal)
          this.#faults.delete(job.name)
          return outcome
        } catch (error) {
          const { sinceMs = this.#clock.now() } = this.#faults.get(job.name) ?? {}
          const message = error instanceof Error ? error.message : String(error)
          if (!signal.aborted) this.#faults.set(job.name, { job: job.name, message, sinceMs })
          throw error
        }
      },
    }
  }
}
