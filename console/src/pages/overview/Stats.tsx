/** What the account holds and what is asked of it, as numbers that lead to the pages behind them. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { allBucketsQuery } from '../../api/whole-lists.ts'
import { formatBytes, formatNumber } from '../../components/format.ts'
import { common } from '../../strings/common.ts'
import { overview as words } from '../../strings/overview.ts'
import type { Days } from '../../usage/days.ts'
import { usageQuery } from '../../usage/usage.ts'
import { useFreshMe } from '../../usage/useFreshMe.ts'

export function Stats({ range }: { readonly range: Days }) {
  const { usage: held } = useFreshMe()
  const buckets = useQuery(allBucketsQuery).data
  const usage = useQuery(usageQuery(range)).data
  const sum = (of: 'requests' | 'bytes_out' | 'errors') => usage?.reduce((all, day) => all + day[of], 0)
  const also = [
    ...(held === null || held.deleted_bytes === 0 ? [] : [words.deleted(formatBytes(held.deleted_bytes))]),
    ...(held === null || held.unfinished_bytes === 0 ? [] : [words.unfinished(formatBytes(held.unfinished_bytes))]),
    ...(held === null || held.version_bytes === 0 ? [] : [words.versions(formatBytes(held.version_bytes))]),
  ]
  const [requests, bytesOut, errors] = [sum('requests'), sum('bytes_out'), sum('errors')]
  return (
    <div className="stats">
      <Stat label={words.buckets} value={buckets && formatNumber(buckets.length)} to="/buckets" />
      <Stat label={words.objects} value={held && formatNumber(held.objects)} to="/buckets" />
      <Stat label={words.bytes} value={held && formatBytes(held.bytes)} to="/usage">
        {also.map((text) => (
          <span key={text}>{text}</span>
        ))}
      </Stat>
      <Stat label={words.requests} value={requests === undefined ? undefined : formatNumber(requests)} to="/usage">
        {errors !== undefined && errors > 0 && <span>{words.failed(formatNumber(errors))}</span>}
      </Stat>
      <Stat label={words.bytesOut} value={bytesOut === undefined ? undefined : formatBytes(bytesOut)} to="/usage" />
    </div>
  )
}

interface StatProps {
  readonly label: string
  readonly value: string | null | undefined
  readonly to: '/buckets' | '/usage'
  readonly children?: ReactNode
}

const Stat = ({ label, value, to, children }: StatProps) => (
  <Link to={to} className="card stat stat-link">
    <span className="soft small">{label}</span>
    <bdi className="stat-value">{value ?? common.unknown}</bdi>
    {children !== undefined && <span className="soft small stat-also">{children}</span>}
  </Link>
)
