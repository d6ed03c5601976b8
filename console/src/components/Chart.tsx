/** Numbers by day, drawn: what is pointed at, or else all of it, is said above; the same numbers stand in a table below. */
import { lazy, Suspense, useState } from 'react'
import { common } from '../strings/common.ts'
import { ChartTable } from './ChartTable.tsx'
import './chart.css'
import { formatBytes, formatDay, formatNumber } from './format.ts'
import { useSeen } from './useSeen.ts'

const ChartCanvas = lazy(() => import('./ChartCanvas.tsx'))

export interface ChartSeries {
  readonly label: string
  /** One a day; null where it is not known. */
  readonly values: readonly (number | null)[]
}

export interface ChartProps {
  readonly title: string
  /** Days of UTC, as `2026-11-20`, without gaps. */
  readonly days: readonly string[]
  /** What is drawn as bars stands one on the other, the first at the bottom. */
  readonly series: readonly ChartSeries[]
  /** Bars are of what happened on a day, and have a total; an area is of what was at its end. */
  readonly kind: 'bars' | 'area'
  readonly unit: 'bytes' | 'count'
  /** Whether the table is offered below. */
  readonly table?: boolean
}

const waiting = <div className="skeleton chart-waiting" />

export const formatOf = (unit: ChartProps['unit']) => (unit === 'bytes' ? formatBytes : formatNumber)

export function Chart(props: ChartProps) {
  const { title, days, series, kind, unit, table = true } = props
  const [hovered, setHovered] = useState<number | undefined>()
  const at = hovered !== undefined && hovered < days.length ? hovered : undefined
  const { ref, seen } = useSeen<HTMLDivElement>()
  const format = formatOf(unit)
  const all = series.map(({ label, values }) => `${label}: ${told(summaryOf(values, kind), format)}`)
  return (
    <figure className="chart">
      <figcaption className="chart-head">
        <span className="chart-top">
          <span className="chart-title">{title}</span>
          <span className="soft small">{at === undefined ? common.chartWhole[kind] : formatDay(days[at] ?? '')}</span>
        </span>
        <span className="chart-legend small">
          {series.map(({ label, values }, index) => (
            <span className="chart-key" key={label}>
              <span className="chart-swatch" data-series={index + 1} aria-hidden="true" />
              {label}
              <b>
                <bdi>{told(at === undefined ? summaryOf(values, kind) : (values[at] ?? null), format)}</bdi>
              </b>
            </span>
          ))}
        </span>
      </figcaption>
      <div
        ref={ref}
        className="chart-canvas"
        dir="ltr"
        role="img"
        aria-label={common.chartOf(title, days.length, all.join(', '))}
      >
        {seen ? (
          <Suspense fallback={waiting}>
            <ChartCanvas days={days} series={series} kind={kind} unit={unit} onHover={setHovered} />
          </Suspense>
        ) : (
          waiting
        )}
      </div>
      {table && <ChartTable {...{ title, days, series, format }} />}
    </figure>
  )
}

function summaryOf(values: readonly (number | null)[], kind: ChartProps['kind']): number | null {
  if (kind === 'bars') return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
  return values.findLast((value) => value !== null) ?? null
}

const told = (value: number | null, format: (value: number) => string): string =>
  value === null ? common.unknown : format(value)
