/** Usage: what was asked, moved and stored by day, of the account, a bucket or an access key; and how much of the quota is left. */
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { Chart } from '../../components/Chart.tsx'
import { downloadText } from '../../components/download.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { usage as words } from '../../strings/usage.ts'
import { BusiestObjects } from '../../usage/BusiestObjects.tsx'
import { storageChart, usageChart, type Drawn, type Measure } from '../../usage/charts.ts'
import { countDays, endOf, lastDays, type Days } from '../../usage/days.ts'
import { Quota } from '../../usage/Quota.tsx'
import '../../usage/usage.css'
import { storageQuery, usageQuery, type StorageDay, type UsageDay } from '../../usage/usage.ts'
import { useFreshMe } from '../../usage/useFreshMe.ts'
import { BucketTable } from './BucketTable.tsx'
import { csvOf } from './csv.ts'
import { isRange, UsageFilters, type Chosen } from './UsageFilters.tsx'

const measures: readonly Measure[] = ['requests', 'bytes_out', 'bytes_in', 'errors']
const none: readonly never[] = []
const busiestDaysMax = 31

export function UsagePage() {
  const [chosen, setChosen] = useState<Chosen>({ range: '30', own: lastDays(30), bucket: '', key: '' })
  const wanted = chosen.range === 'own' ? chosen.own : lastDays(Number(chosen.range))
  // What is half typed is no range: the last one that was is shown on.
  const [last, setLast] = useState(wanted)
  const range = isRange(wanted) ? wanted : last
  if (range.from !== last.from || range.to !== last.to) setLast(range)

  const { key, bucket } = chosen
  // Of all buckets the server tells of so many days.
  const busiest = bucket === '' && countDays(range) > busiestDaysMax ? endOf(range, busiestDaysMax) : range
  const subject = key !== '' ? { access_key_id: key } : bucket !== '' ? { bucket } : {}
  const usage = useQuery(usageQuery({ ...subject, ...range }))
  const storage = useQuery({
    ...storageQuery({ ...(bucket !== '' && { bucket }), ...range }),
    enabled: key === '',
  })
  const name = ['usage', bucket, key, range.from, range.to].filter((part) => part !== '').join('-')
  return (
    <div className="page">
      <PageHeader
        title={words.title}
        description={words.description}
        actions={
          <Button
            icon={<Download aria-hidden="true" />}
            disabled={usage.data === undefined}
            onClick={() =>
              downloadText(`${name}.csv`, tableOf(usage.data ?? none, storage.data ?? none, range), 'text/csv')
            }
          >
            {words.csv}
          </Button>
        }
      />
      <UsageFilters chosen={chosen} onChange={setChosen} />
      <QueryView query={usage} lines={8}>
        {(rows) => <UsageCharts rows={rows} range={range} />}
      </QueryView>
      {key === '' ? (
        <QueryView query={storage}>
          {(rows) => <StorageCharts rows={rows} range={range} whole={bucket === ''} />}
        </QueryView>
      ) : (
        <p className="soft">{words.chartsOfKey}</p>
      )}
      {key === '' && (
        <Card title={words.busiest} description={busiest === range ? words.busiestText : words.busiestLast} flush>
          <BusiestObjects range={busiest} limit={20} {...(bucket !== '' && { bucket })} />
        </Card>
      )}
      <Card title={words.quota} description={words.quotaText}>
        <Quota />
      </Card>
      <Card title={words.perBucket} description={words.perBucketText} flush>
        <BucketTable />
      </Card>
    </div>
  )
}

function UsageCharts({ rows, range: { from, to } }: { readonly rows: readonly UsageDay[]; readonly range: Days }) {
  const charts = useMemo(() => measures.map((measure) => usageChart(measure, rows, { from, to })), [rows, from, to])
  return <ChartGrid charts={charts} />
}

interface StorageChartsProps {
  readonly rows: readonly StorageDay[]
  readonly range: Days
  /** Of the account, of which it is known what it holds now. */
  readonly whole: boolean
}

function StorageCharts({ rows, range: { from, to }, whole }: StorageChartsProps) {
  const { usage } = useFreshMe()
  const now = whole ? usage : null
  const charts = useMemo(
    () => (['bytes', 'objects'] as const).map((of) => storageChart(of, rows, { from, to }, now)),
    [rows, from, to, now],
  )
  return <ChartGrid charts={charts} />
}

function ChartGrid({ charts }: { readonly charts: readonly Drawn[] }) {
  return (
    <div className="grid-wide">
      {charts.map((chart) => (
        <Card key={chart.name}>
          <Chart {...chart} />
        </Card>
      ))}
    </div>
  )
}

/** All that the charts show, as numbers that no unit has rounded. */
function tableOf(usage: readonly UsageDay[], storage: readonly StorageDay[], range: Days): string {
  const charts = [
    ...measures.map((measure) => usageChart(measure, usage, range)),
    ...(['bytes', 'objects'] as const).map((of) => storageChart(of, storage, range, null)),
  ]
  const columns = charts.flatMap(({ name, series }) =>
    series.map(({ label, values }) => ({ head: series.length > 1 ? `${label.toLowerCase()}_${name}` : name, values })),
  )
  const days = charts[0]?.days ?? []
  return csvOf([
    [words.csvHead.toLowerCase(), ...columns.map(({ head }) => head)],
    ...days.map((day, index) => [day, ...columns.map(({ values }) => values[index] ?? '')]),
  ])
}
