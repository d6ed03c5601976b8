// What a measurement says: the median of its runs, one table row each, and the same as JSON.

import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import type { LoadResult } from './run-load.ts'

/** One scenario at one number of connections: all runs, and the one whose rate is the median. */
export interface Measurement {
  subject: string
  scenario: string
  connections: number
  median: LoadResult
  runs: LoadResult[]
  /** Anything worth saying that is no column. */
  note?: string
}

/** The run whose operations per second are the median: one real run, so its figures belong together. */
export function medianRun(runs: readonly LoadResult[]): LoadResult {
  const sorted = [...runs].sort((a, b) => a.opsPerSecond - b.opsPerSecond)
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  if (middle === undefined) throw new Error('no runs')
  return middle
}

/** Columns padded to their widest cell; the first two to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}

export const HEADINGS = [
  'scenario',
  'subject',
  'conns',
  'ops/s',
  'MB/s',
  'p50 ms',
  'p90 ms',
  'p99 ms',
  'max ms',
  'errors',
  'server µs/op',
  'server RSS MiB',
  'load µs/op',
  'runs ops/s',
] as const

/** One measurement as cells under HEADINGS. */
export function cells(measurement: Measurement): string[] {
  const { median, runs } = measurement
  const rates = runs.map((run) => run.opsPerSecond)
  const errors = runs.reduce((sum, run) => sum + Object.values(run.errors).reduce((a, b) => a + b, 0), 0)
  return [
    measurement.scenario,
    measurement.subject,
    String(measurement.connections),
    figure(median.opsPerSecond),
    figure(median.megabytesPerSecond),
    figure(median.p50),
    figure(median.p90),
    figure(median.p99),
    figure(median.max),
    String(errors),
    median.serverMicroseconds === undefined ? '–' : figure(median.serverMicroseconds),
    median.serverPeakMemory === undefined ? '–' : figure(median.serverPeakMemory / 2 ** 20),
    figure(median.generatorMicroseconds),
    `${figure(Math.min(...rates))}..${figure(Math.max(...rates))}`,
  ]
}

/** All errors of all runs, one line for each kind; empty when there were none. */
export function errorLines(measurements: readonly Measurement[]): string[] {
  const lines: string[] = []
  for (const { scenario, subject, connections, runs } of measurements) {
    const byKind = new Map<string, number>()
    for (const run of runs) {
      for (const [kind, count] of Object.entries(run.errors)) byKind.set(kind, (byKind.get(kind) ?? 0) + count)
    }
    if (byKind.size === 0) continue
    const counts = [...byKind].map(([kind, count]) => `${count} × ${kind}`).join(', ')
    const first = runs.find((run) => run.firstError !== undefined)?.firstError ?? ''
    lines.push(`ERRORS ${scenario} ${subject} at ${connections}: ${counts}; first: ${first}`)
  }
  return lines
}

/** Writes measurements, and the machine they were made on, as JSON. */
export function writeJson(path: string, content: Record<string, unknown>): void {
  const machine = {
    cpus: availableParallelism(),
    model: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  }
  writeFileSync(path, `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, ...content }, null, 2)}\n`)
}

/** A number with three significant digits, thousands apart: 73,100 · 12.3 · 0.085. */
export function figure(value: number): string {
  if (value === 0) return '0'
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  if (value >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  return value >= 1 ? value.toFixed(2) : value.toFixed(3)
}
