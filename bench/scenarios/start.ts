// Starting the server on the data it has: time from spawn until it is ready, and its memory after five idle seconds.

import { residentMemory } from '../load/process-usage.ts'
import type { LoadResult } from '../load/run-load.ts'
import type { Scenario } from './scenario.ts'

const IDLE_SECONDS = 5

let idleMemory = 0

export const startScenario: Scenario = {
  name: 'start',
  about: 'spawn to ready; the memory is that of the idle server',
  connections: [0],
  fixed: true,
  async run(bench): Promise<LoadResult> {
    const { server } = bench
    if (server === undefined) throw new Error('the start scenario needs --server-command')
    await server.stop()
    const milliseconds = await server.start()
    bench.pid = server.pid
    await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000))
    idleMemory = residentMemory(server.pid)
    const seconds = milliseconds / 1000
    return {
      requests: 1,
      seconds,
      opsPerSecond: 1 / seconds,
      megabytesPerSecond: 0,
      p50: milliseconds,
      p90: milliseconds,
      p99: milliseconds,
      max: milliseconds,
      errors: {},
      generatorMicroseconds: 0,
      serverPeakMemory: idleMemory,
    }
  },
  note: () => `idle RSS ${(idleMemory / 2 ** 20).toFixed(0)} MiB after ${IDLE_SECONDS} s`,
}
