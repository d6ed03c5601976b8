/** The numbers of a chart, for those who read them rather than see them. */
import { common } from '../strings/common.ts'
import type { ChartSeries } from './Chart.tsx'
import { formatDay } from './format.ts'
import { Table } from './Table.tsx'

interface ChartTableProps {
  readonly title: string
  readonly days: readonly string[]
  readonly series: readonly ChartSeries[]
  format(value: number): string
}

export function ChartTable({ title, days, series, format }: ChartTableProps) {
  return (
    <details className="chart-table">
      <summary>{common.chartTable}</summary>
      <Table
        stacks={false}
        scrolls={{ label: title, className: 'chart-rows' }}
        // The newest is looked for most.
        rows={days.map((day, index) => ({ day, index })).toReversed()}
        keyOf={({ day }) => day}
        columns={[
          { label: common.day, kind: 'heading', cell: ({ day }) => formatDay(day) },
          ...series.map(({ label, values }) => ({
            label,
            kind: 'number' as const,
            cell: ({ index }: { readonly index: number }) => told(values[index] ?? null, format),
          })),
        ]}
      />
    </details>
  )
}

const told = (value: number | null, format: (value: number) => string): string =>
  value === null ? common.unknown : format(value)
