/** Checks the machine's clock: signatures are good for 15 minutes, so a wrong clock refuses everybody. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import { failed, ok, warning } from './check.ts'
import type { Finding } from './check.ts'

const name = 'Clock'
const remedy = "Set the machine's clock, and let NTP keep it (timedatectl set-ntp true)."
const earliest = Date.UTC(2025, 0, 1)
const latest = Date.UTC(2100, 0, 1)

const watchMilliseconds = 250
/** Wall clock against monotonic clock while watching. */
const driftMillisecondsMax = 50
/** Clock against the time that the file system gives a new file. */
const skewMillisecondsMax = 2000

export async function checkClock(clock: Clock, folder: string): Promise<Finding> {
  const now = clock.now()
  const shown = new Date(now).toISOString()
  if (now < earliest || now > latest) return failed(name, `it says ${shown}`, remedy)

  const wallStart = clock.now()
  const start = clock.monotonic()
  await setTimeout(watchMilliseconds)
  const drift = Math.abs(clock.now() - wallStart - (clock.monotonic() - start))
  if (drift > driftMillisecondsMax)
    return warning(name, `it jumped by ${drift.toFixed(0)} ms while it was watched`, remedy)

  const skew = await fileSystemSkew(clock, folder)
  if (skew !== undefined && Math.abs(skew) > skewMillisecondsMax) {
    return warning(name, `the file system is ${(skew / 1000).toFixed(1)} s ahead of it`, remedy)
  }
  return ok(name, shown)
}

/** Milliseconds; undefined where nothing can be written, which another check reports. */
async function fileSystemSkew(clock: Clock, folder: string): Promise<number | undefined> {
  try {
    const place = await mkdtemp(join(folder, '.doctor-'))
    try {
      return (await stat(place)).mtimeMs - clock.now()
    } finally {
      await rm(place, { recursive: true, force: true })
    }
  } catch {
    return undefined
  }
}
