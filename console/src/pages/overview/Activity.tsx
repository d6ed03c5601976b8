/** Requests, egress and bytes stored over the last days. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { Card } from '../../components/Card.tsx'
import { Chart } from '../../components/Chart.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { overview as words } from '../../strings/overview.ts'
import { storageChart, usageChart } from '../../usage/charts.ts'
import type { Days } from '../../usage/days.ts'
import { storageQuery, usageQuery, type StorageDay, type UsageDay } from '../../usage/usage.ts'
import { useFreshMe } from '../../usage/useFreshMe.ts'

export function Activity({ range }: { readonly range: Days }) {
  const usage = useQuery(usageQuery(range))
  const storage = useQuery(storageQuery(range))
  return (
    <section className="stack" aria-labelledby="activity">
      <div className="row-between">
        <h2 id="activity">{words.activity}</h2>
        <Link to="/usage">{words.seeUsage}</Link>
      </div>
      <QueryView query={usage} lines={8}>
        {(rows) => (
          <QueryView query={storage} lines={8}>
            {(stored) => <Charts rows={rows} stored={stored} range={range} />}
          </QueryView>
        )}
      </QueryView>
    </section>
  )
}

interface ChartsProps {
  readonly rows: readonly UsageDay[]
  readonly stored: readonly StorageDay[]
  readonly range: Days
}

function Charts({ rows, stored, range: { from, to } }: ChartsProps) {
  const { usage: now } = useFreshMe()
  const charts = useMemo(
    () => [
      usageChart('requests', rows, { from, to }),
      usageChart('bytes_out', rows, { from, to }),
      storageChart('bytes', stored, { from, to }, now),
    ],
    [rows, stored, from, to, now],
  )
  return (
    <div className="overview-charts">
      {charts.map((chart) => (
        <Card key={chart.name}>
          <Chart {...chart} />
        </Card>
      ))}
    </div>
  )
}
