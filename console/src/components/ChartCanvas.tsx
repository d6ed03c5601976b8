/** The drawing of a chart, by uPlot, which is loaded only where there is one. */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { ChartProps } from './Chart.tsx'
import { formatOf } from './Chart.tsx'
import { formatDayShort } from './format.ts'

interface ChartCanvasProps extends Pick<ChartProps, 'days' | 'series' | 'kind' | 'unit'> {
  onHover(index: number | undefined): void
}

export default function ChartCanvas({ days, series, kind, unit, onHover }: ChartCanvasProps) {
  const frame = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  useEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const options = optionsOf({ days, series, kind, unit, onHover }, element)
    const plot = new uPlot(options, dataOf(days, series, kind), element)
    const observer = new ResizeObserver(() => plot.setSize(sizeOf(element)))
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
    // `theme` is what the colours of the page follow.
  }, [days, series, kind, unit, onHover, theme])
  return <div className="chart-frame" ref={frame} style={{ height: '100%' }} />
}

const sizeOf = ({ clientWidth, clientHeight }: HTMLElement) => ({ width: clientWidth, height: clientHeight })

const seconds = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000
const daySeconds = 86_400

/** Stacked: each row is the sum of its own and those below it. The highest is drawn first, so that the others cover it. */
function dataOf(days: ChartProps['days'], series: ChartProps['series'], kind: ChartProps['kind']): uPlot.AlignedData {
  const xs = days.map(seconds)
  if (kind === 'area') return [xs, ...series.map(({ values }) => [...values])]
  const sums = series.map((_, index) =>
    days.map((_day, day) => series.slice(0, index + 1).reduce((sum, { values }) => sum + (values[day] ?? 0), 0)),
  )
  return [xs, ...sums.toReversed()]
}

function optionsOf({ days, series, kind, unit, onHover }: ChartCanvasProps, element: HTMLElement): uPlot.Options {
  const colour = (name: string): string => resolved(element, `var(${name})`)
  // Of people who chose a larger size for text, and on large screens.
  const em = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  const font = `${em * 0.75}px ${getComputedStyle(element).fontFamily}`
  const text = colour('--text-soft')
  const line = colour('--line')
  const order = kind === 'bars' ? series.map((_, index) => index).toReversed() : series.map((_, index) => index)
  const format = formatOf(unit)
  return {
    ...sizeOf(element),
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    tzDate: (time) => uPlot.tzDate(new Date(time * 1000), 'Etc/UTC'),
    scales: {
      x: { range: (_plot, min, max) => [min - daySeconds / 2, max + daySeconds / 2] },
      y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      {
        ...{ stroke: text, font, gap: 8, size: em * 1.875, grid: { show: false }, ticks: { show: false } },
        splits: (plot) => labelled(days, plot.width / em).map(seconds),
        values: (_plot, splits) => splits.map((split) => formatDayShort(new Date(split * 1000))),
      },
      {
        ...{ stroke: text, font, gap: 8, ticks: { show: false }, grid: { stroke: line, width: 1 } },
        incrs: unit === 'bytes' ? byteSteps : countSteps,
        space: em * 2.25,
        values: (_plot, splits) => splits.map(format),
        size: (plot, values) => widest(plot, values, font),
      },
    ],
    series: [
      {},
      ...order.map((index) => {
        const ink = colour(`--series-${index + 1}`)
        return kind === 'bars'
          ? { fill: ink, stroke: ink, width: 0, points: { show: false }, paths: bars }
          : { stroke: ink, width: 2, fill: faint(ink), spanGaps: true, points: pointsOf(series[index]!, ink) }
      }),
    ],
    hooks: { setCursor: [({ cursor }) => onHover(cursor.idx ?? undefined)] },
  }
}

// Always there; its type does not say so.
const bars = uPlot.paths.bars!({ size: [0.68, 36], radius: 0.15 })

/** What is known of one day alone is no line. */
const pointsOf = ({ values }: ChartProps['series'][number], fill: string) => ({
  show: values.filter((value) => value !== null).length < 3,
  size: 7,
  fill,
})

const byteSteps = Array.from({ length: 51 }, (_, power) => 2 ** power)
const countSteps = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat()

/** The days that have a label: as many as there is room for, the last one among them. `width` is in sizes of text. */
function labelled(days: readonly string[], width: number): string[] {
  const step = Math.max(1, Math.ceil(days.length / Math.max(2, Math.floor(width / 5.25))))
  return days.filter((_, index) => (days.length - 1 - index) % step === 0)
}

/** So wide that no label is cut off. */
function widest(plot: uPlot, values: readonly string[] | null, font: string): number {
  if (values === null || values.length === 0) return 40
  plot.ctx.save()
  // The canvas counts in pixels of the screen.
  plot.ctx.font = font
  const width = Math.max(...values.map((value) => plot.ctx.measureText(value).width))
  plot.ctx.restore()
  return Math.ceil(width) + 16
}

/** What a colour of the tokens is here and now; a canvas knows no custom properties. */
function resolved(parent: HTMLElement, value: string): string {
  const probe = document.createElement('span')
  probe.style.color = value
  parent.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

const faint = (colour: string): string => colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.14)')

/** Changes whenever the theme does. */
function useTheme(): string {
  return useSyncExternalStore(onTheme, () =>
    [document.documentElement.dataset['theme'], dark().matches, forced().matches].join(' '),
  )
}

const dark = () => matchMedia('(prefers-color-scheme: dark)')
const forced = () => matchMedia('(forced-colors: active)')

function onTheme(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  const queries = [dark(), forced()]
  for (const query of queries) query.addEventListener('change', listener)
  return () => {
    observer.disconnect()
    for (const query of queries) query.removeEventListener('change', listener)
  }
}
