/** What the charts of usage show: the same on the overview and on the page of usage. */
import type { ChartProps } from '../components/Chart.tsx'
import { usage as words } from '../strings/usage.ts'
import { daysOf, lastDays, type Days } from './days.ts'
import { byDay, type StorageDay, type UsageDay } from './usage.ts'

export type Drawn = Pick<ChartProps, 'title' | 'days' | 'series' | 'kind' | 'unit'> & { readonly name: string }

export type Measure = 'requests' | 'bytes_in' | 'bytes_out' | 'errors'

export function usageChart(measure: Measure, rows: readonly UsageDay[], range: Days): Drawn {
  const days = byDay(rows, range)
  return {
    name: measure,
    title: words.measures[measure],
    days: daysOf(range),
    kind: 'bars',
    unit: measure === 'requests' || measure === 'errors' ? 'count' : 'bytes',
    series: (['s3', 'delivery'] as const).map((front) => ({
      label: words.fronts[front],
      values: days.map((row) => row?.[front][measure] ?? 0),
    })),
  }
}

/** What is stored now, for the day that has not ended. */
export interface StoredNow {
  readonly objects: number
  readonly bytes: number
}

export function storageChart(
  of: 'bytes' | 'objects',
  rows: readonly StorageDay[],
  range: Days,
  now: StoredNow | null,
): Drawn {
  const days = daysOf(range)
  const today = lastDays(1).to
  return {
    name: `stored_${of}`,
    title: words.stored[of],
    days,
    kind: 'area',
    unit: of === 'bytes' ? 'bytes' : 'count',
    series: [
      {
        label: words.storedLabel[of],
        values: byDay(rows, range).map(
          (row, index) => row?.[of] ?? (days[index] === today ? (now?.[of] ?? null) : null),
        ),
      },
    ],
  }
}
