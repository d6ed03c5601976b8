// Runs one scenario at each number of connections, as often as asked, after a short warm-up.

import { medianRun, type Measurement } from './load/report.ts'
import type { LoadResult } from './load/run-load.ts'
import type { Bench, Scenario } from './scenarios/scenario.ts'

const WARM_UP_SECONDS = 1

/** Measures; `prepare` must have been called. `connections` empty: what the scenario prefers. */
export async function measure(
  bench: Bench,
  scenario: Scenario,
  options: { subject: string; connections: readonly number[]; repeat: number },
): Promise<Measurement[]> {
  const { subject, connections, repeat } = options
  const counts = scenario.fixed === true || connections.length === 0 ? scenario.connections : connections
  const measurements: Measurement[] = []
  for (const count of counts) {
    const runs: LoadResult[] = []
    const once = scenario.once === true
    if (!once && count > 0) {
      await scenario.run({ ...bench, seconds: Math.min(WARM_UP_SECONDS, bench.seconds) }, count, round())
    }
    for (let index = 0; index < (once ? 1 : repeat); index++) {
      runs.push(await scenario.run(bench, count, round()))
    }
    const note = scenario.note?.()
    measurements.push({
      subject,
      scenario: scenario.name,
      connections: count,
      median: medianRun(runs),
      runs,
      ...(note === undefined ? {} : { note }),
    })
  }
  return measurements
}

let rounds = 0

/** A number no other run of this process has. */
function round(): number {
  return rounds++
}
