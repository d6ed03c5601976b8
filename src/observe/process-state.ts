/** What the process takes of its machine, all threads together. */
import { readFile, readdir } from 'node:fs/promises'

export interface ProcessState {
  readonly cpuUserSeconds: number
  readonly cpuSystemSeconds: number
  readonly residentBytes: number
  /** In seconds since 1970. */
  readonly startedSeconds: number
  /** Where the system tells. */
  readonly openFiles: number | undefined
  /** Undefined where there is no limit, too. */
  readonly openFilesMax: number | undefined
}

export async function readProcess(): Promise<ProcessState> {
  const { user, system } = process.cpuUsage()
  return {
    cpuUserSeconds: user / 1e6,
    cpuSystemSeconds: system / 1e6,
    residentBytes: process.memoryUsage.rss(),
    startedSeconds: performance.timeOrigin / 1000,
    openFiles: await unlessUnknown(readdir('/proc/self/fd').then(({ length }) => length)),
    openFilesMax: await unlessUnknown(readFile('/proc/self/limits', 'utf8').then(softLimitOfFiles)),
  }
}

/** Only Linux has these files. */
const unlessUnknown = (known: Promise<number | undefined>): Promise<number | undefined> => known.catch(() => undefined)

function softLimitOfFiles(limits: string): number | undefined {
  const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? []
  return soft === undefined ? undefined : Number(soft)
}
