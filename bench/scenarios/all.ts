// All scenarios in the order they run: reads before writes swell the store, the start last of all.

import { bigScenarios } from './big.ts'
import { getScenarios } from './get.ts'
import { listScenarios } from './list.ts'
import { mixedScenario } from './mixed.ts'
import { multipartScenario } from './multipart.ts'
import { putScenarios } from './put.ts'
import type { Scenario } from './scenario.ts'
import { startScenario } from './start.ts'
import { versionsScenario } from './versions.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...getScenarios,
  ...putScenarios,
  multipartScenario,
  mixedScenario,
  ...listScenarios,
  versionsScenario,
  ...bigScenarios,
  startScenario,
]

/** Scenarios by name; a name ending in `*` takes all that begin so (`get*`, `big*`). Throws on one that there is not. */
export function scenariosNamed(names: readonly string[]): Scenario[] {
  return names.flatMap((name) => {
    const found = SCENARIOS.filter((one) =>
      name.endsWith('*') ? one.name.startsWith(name.slice(0, -1)) : one.name === name,
    )
    if (found.length === 0)
      throw new Error(`no scenario ${name}; there are ${SCENARIOS.map((one) => one.name).join(', ')}`)
    return found
  })
}
