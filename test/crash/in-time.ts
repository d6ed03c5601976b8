// A limit to how long a client waits for an answer.

import { setTimeout as sleep } from 'node:timers/promises'

const ANSWER_SECONDS_MAX = 30

/** Throws, naming `what` was asked, when no answer comes for half a minute. */
export async function inTime<T>(answer: Promise<T>, what: string): Promise<T> {
  const timer = new AbortController()
  const late = sleep(ANSWER_SECONDS_MAX * 1000, undefined, { signal: timer.signal }).then(
    () => {
      throw new Error(`${what} was not answered within ${ANSWER_SECONDS_MAX} s`)
    },
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    timer.abort()
  }
}
