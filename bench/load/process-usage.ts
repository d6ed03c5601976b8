// What a server costs: processor time and peak memory of a process and all its descendants, from Linux's /proc.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second for every program (USER_HZ). */
const TICKS_PER_SECOND = 100

/** Processor seconds (user and system, all threads) that a process and its living descendants have used so far. */
export function cpuSeconds(pid: number): number {
  let ticks = 0
  for (const process of processTree(pid)) ticks += processTicks(process)
  return ticks / TICKS_PER_SECOND
}

/** Peak resident memory in bytes, summed over a process and its descendants, since the start or the last reset. */
export function peakMemory(pid: number): number {
  return memory(pid, 'VmHWM')
}

/** Resident memory in bytes right now, summed over a process and its descendants. */
export function residentMemory(pid: number): number {
  return memory(pid, 'VmRSS')
}

/** Starts the peak anew, where the kernel permits; tells whether it did. */
export function resetPeakMemory(pid: number): boolean {
  try {
    for (const process of processTree(pid)) writeFileSync(`/proc/${process}/clear_refs`, '5')
    return true
  } catch {
    return false
  }
}

/** A process and all that it and its children started; empty when it is gone. */
export function processTree(pid: number): number[] {
  const tree: number[] = []
  const left = [pid]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    try {
      for (const thread of readdirSync(`/proc/${next}/task`)) {
        const children = readFileSync(`/proc/${next}/task/${thread}/children`, 'latin1')
        for (const child of children.split(' ')) if (child.trim() !== '') left.push(Number(child))
      }
      tree.push(next)
    } catch {
      // It ended while we looked.
    }
  }
  return tree
}

function processTicks(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in brackets and may hold anything; utime and stime are the 12th and 13th after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    return 0
  }
}

function memory(pid: number, field: string): number {
  let kibibytes = 0
  for (const process of processTree(pid)) {
    try {
      const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${process}/status`, 'latin1'))
      kibibytes += Number(match?.[1] ?? 0)
    } catch {
      // It ended while we looked.
    }
  }
  return kibibytes * 1024
}
