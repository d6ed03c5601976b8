/** Requests that were refused lately, to pick one from. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import { useRight } from '../../api/me.ts'
import { Card } from '../../components/Card.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { MoreButton } from '../../components/MoreButton.tsx'
import { ObjectName } from '../../components/ObjectName.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { Table } from '../../components/Table.tsx'
import { TextField } from '../../components/TextField.tsx'
import { Time } from '../../components/Time.tsx'
import { refusals as words } from '../../strings/refusals.ts'

export function RefusalList() {
  const isOperator = useRight('operator')
  const [typed, setTyped] = useState('')
  const [bucket, setBucket] = useState('')
  const query = useInfiniteQuery({
    queryKey: ['refusals', bucket],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/v1/refusals', {
          params: {
            query: { limit: 50, ...(bucket !== '' && { bucket }), ...(pageParam !== '' && { after: pageParam }) },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  })
  return (
    <Card
      title={words.recent}
      description={isOperator ? words.recentOperators : words.recentText}
      flush
      actions={
        <form
          className="refusal-filter"
          onSubmit={(event) => {
            event.preventDefault()
            setBucket(typed.trim())
          }}
        >
          <TextField
            label={words.bucketFilter}
            placeholder={words.bucketFilterPlaceholder}
            value={typed}
            onChange={setTyped}
            onBlur={() => setBucket(typed.trim())}
            autoComplete="off"
          />
        </form>
      }
    >
      <QueryView query={query}>
        {({ pages }) => {
          const refusals = pages.flatMap((page) => page.refusals)
          if (refusals.length === 0)
            return bucket === '' ? (
              <EmptyState icon={<ShieldCheck aria-hidden="true" />} title={words.none}>
                {words.noneText}
              </EmptyState>
            ) : (
              <p className="card-body soft">{words.noneOfBucket}</p>
            )
          return <RefusalTable refusals={refusals} />
        }}
      </QueryView>
      <MoreButton query={query} />
    </Card>
  )
}

interface Refused {
  readonly request_id: string
  readonly time: string
  readonly front: keyof typeof words.fronts
  readonly method: string
  readonly host: string
  readonly path: string
  readonly status: number
  readonly code: string
  readonly address: string
}

const RefusalTable = ({ refusals }: { readonly refusals: readonly Refused[] }) => (
  <Table
    rows={refusals}
    keyOf={(refused) => refused.request_id}
    columns={[
      {
        label: words.code,
        kind: 'heading',
        className: 'refusal-code',
        cell: ({ request_id: id, code }) => (
          <>
            <Link to="/refusals" search={{ id }}>
              {code}
            </Link>
            <div className="mono soft small">{id}</div>
          </>
        ),
      },
      {
        label: words.request,
        className: 'wrap-anywhere',
        cell: ({ method, path, front, host }) => (
          <div>
            <span className="mono">
              {method} <ObjectName name={path} />
            </span>
            <div className="soft small">
              {words.fronts[front]} · {host}
            </div>
          </div>
        ),
      },
      { label: words.from, cell: ({ address }) => <span className="mono">{address}</span> },
      { label: words.when, cell: ({ time }) => <Time at={time} /> },
    ]}
  />
)
