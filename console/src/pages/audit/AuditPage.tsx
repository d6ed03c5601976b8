/** The audit log: what was changed, the newest first. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useRight } from '../../api/me.ts'
import { deedsOf, fetchAudit, type AuditFilters, type Deed } from '../../audit/entries.ts'
import { Button } from '../../components/Button.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { audit as words } from '../../strings/audit.ts'
import { common } from '../../strings/common.ts'
import '../../usage/usage.css'
import './audit.css'
import { AuditFilterFields } from './AuditFilterFields.tsx'
import { AuditList } from './AuditList.tsx'
import { DeedDetails } from './DeedDetails.tsx'
import { VerifyLog } from './VerifyLog.tsx'

const pageSize = 200

export function AuditPage() {
  const [filters, setFilters] = useState<AuditFilters>({})
  const [open, setOpen] = useState<Deed | undefined>()
  const isOperator = useRight('operator')
  const query = useInfiniteQuery({
    queryKey: ['audit', filters],
    queryFn: ({ pageParam }) =>
      fetchAudit({ ...filters, limit: pageSize, ...(pageParam > 0 && { before: pageParam }) }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  })
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const deeds = useMemo(() => deedsOf(data?.pages.flatMap(({ entries }) => entries) ?? []), [data])
  // What fits a filter may be far down: the server looks at so many entries at once, and people say whether to go on.
  const goesOn = hasNextPage && !isFetchingNextPage && (data?.pages.at(-1)?.entries.length ?? 0) > 0
  const onEnd = useCallback(() => {
    if (goesOn) void fetchNextPage()
  }, [goesOn, fetchNextPage])
  const isFiltered = Object.keys(filters).length > 0
  return (
    <div className="page">
      <PageHeader title={words.title} description={words.description} />
      <AuditFilterFields filters={filters} onChange={setFilters} />
      <QueryView query={query} lines={8}>
        {() =>
          deeds.length > 0 ? (
            <div className="card">
              <AuditList deeds={deeds} onOpen={setOpen} onEnd={onEnd} />
            </div>
          ) : hasNextPage ? (
            <p className="soft">{words.searched}</p>
          ) : (
            <div className="card">
              <EmptyState icon={<ScrollText aria-hidden="true" />} title={isFiltered ? words.noneFit : words.empty}>
                {isFiltered ? words.noneFitText : words.emptyText}
              </EmptyState>
            </div>
          )
        }
      </QueryView>
      {hasNextPage && (
        <div>
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {common.more}
          </Button>
        </div>
      )}
      {isOperator && <VerifyLog />}
      <DeedDetails deed={open} onClose={() => setOpen(undefined)} />
    </div>
  )
}
