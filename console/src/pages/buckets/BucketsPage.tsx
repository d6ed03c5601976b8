/** The buckets of the account: what each holds, and who can read it. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Boxes, Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { bucketsQuery, type Bucket } from '../../api/buckets.ts'
import { useRight } from '../../api/me.ts'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { formatNumber } from '../../components/format.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { buckets as words } from '../../strings/buckets.ts'
import './buckets.css'
import { BucketTable } from './BucketTable.tsx'
import { CreateBucketDialog } from './CreateBucketDialog.tsx'
import { deletionsQuery } from './deletion.ts'
import { DeletionProgress } from './DeletionProgress.tsx'

const route = getRouteApi('/inside/buckets')

/** Beyond, more is fetched when it is asked for. */
const fetchedMax = 20_000

export function BucketsPage() {
  const { create = false } = route.useSearch()
  const navigate = route.useNavigate()
  const mayWrite = useRight('storage.write')
  const setCreate = (open: boolean): void => void navigate({ search: open ? { create: true } : {}, replace: !open })
  const query = useInfiniteQuery(bucketsQuery)
  const { hasNextPage, isFetching, fetchNextPage } = query
  const fetched = query.data?.length ?? 0
  // The filter is over all of them, so they are fetched while the first are looked at.
  useEffect(() => {
    if (hasNextPage && !isFetching && fetched < fetchedMax) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage, fetched])
  const button = mayWrite && (
    <Button kind="primary" icon={<Plus aria-hidden="true" />} onClick={() => setCreate(true)}>
      {words.create.title}
    </Button>
  )
  return (
    <div className="page">
      <PageHeader title={words.title} description={words.description} actions={button} />
      <Deletions />
      <QueryView query={query} lines={8}>
        {(found) =>
          found.length === 0 ? (
            <Card flush>
              <EmptyState icon={<Boxes aria-hidden="true" />} title={words.list.emptyTitle} actions={button}>
                {mayWrite ? words.list.emptyText : words.list.emptyReadOnly}
              </EmptyState>
            </Card>
          ) : (
            <BucketList all={found} whole={!hasNextPage} />
          )
        }
      </QueryView>
      {create && mayWrite && <CreateBucketDialog onClose={() => setCreate(false)} />}
    </div>
  )
}

function BucketList({ all, whole }: { readonly all: readonly Bucket[]; readonly whole: boolean }) {
  const [part, setPart] = useState('')
  const wanted = part.trim().toLowerCase()
  const found = all.filter(({ name }) => name.toLowerCase().includes(wanted))
  const count =
    all.length === 1 ? words.list.one : words.list.count(formatNumber(found.length), formatNumber(all.length))
  return (
    <>
      <div className="list-tools">
        <input
          type="search"
          className="input"
          aria-label={words.list.filter}
          placeholder={words.list.filter}
          value={part}
          onChange={(event) => setPart(event.target.value)}
        />
        <span className="soft small" role="status">
          {whole ? count : words.list.counting(formatNumber(all.length))}
        </span>
      </div>
      <Card flush>
        {/* Another filter begins at the head of the list again. */}
        <BucketTable key={wanted} buckets={found} />
      </Card>
    </>
  )
}

function Deletions() {
  const { data = [] } = useQuery(deletionsQuery)
  if (data.length === 0) return null
  return (
    <Card title={words.list.deleting} description={words.list.deletingText}>
      {data.map((job) => (
        <DeletionProgress key={job.bucket} job={job} named />
      ))}
    </Card>
  )
}
