/** Why one request was refused. */
import { useQuery } from '@tanstack/react-query'
import { SearchX } from 'lucide-react'
import { api, dataOf } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'
import { Problem } from '../../api/problem.ts'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { CodeBlock } from '../../components/CodeBlock.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { Notice } from '../../components/Notice.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { common } from '../../strings/common.ts'
import { refusals as words } from '../../strings/refusals.ts'
import { Checks } from './Checks.tsx'
import { Difference } from './Difference.tsx'
import { RequestFacts } from './RequestFacts.tsx'

export function RefusalDetails({ id }: { readonly id: string }) {
  const query = useQuery({
    queryKey: ['refusal', id],
    queryFn: async () =>
      (await dataOf(api.GET('/v1/refusals/{request_id}', { params: { path: { request_id: id } } }))).refusal,
  })
  if (query.error instanceof Problem && query.error.status === 404)
    return (
      <div className="card">
        <EmptyState
          icon={<SearchX aria-hidden="true" />}
          title={words.unknown}
          actions={
            <Button busy={query.isFetching} onClick={() => void query.refetch()}>
              {common.retry}
            </Button>
          }
        >
          {words.unknownText}
        </EmptyState>
      </div>
    )
  return (
    <QueryView query={query} lines={8}>
      {(refusal) => <Told refusal={refusal} />}
    </QueryView>
  )
}

function Told({ refusal }: { readonly refusal: Schema<'Refusal'> }) {
  const { canonical_request: canonical, string_to_sign: toSign } = refusal
  return (
    <>
      <Notice tone="danger" live>
        <p>
          <b>{words.status(refusal.status, refusal.code)}</b>
        </p>
        <p>{refusal.message}</p>
      </Notice>
      {refusal.advice.length > 0 && (
        <Card title={words.advice}>
          <ul className="advice">
            {refusal.advice.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Card>
      )}
      <div className="grid-wide">
        <Card title={words.checks}>
          <Checks checks={refusal.checks} />
        </Card>
        <Card title={words.facts}>
          <RequestFacts refusal={refusal} />
        </Card>
      </div>
      {refusal.differences.length > 0 && (
        <Card title={words.differences} description={words.differencesText}>
          {refusal.differences.map((difference) => (
            <Difference {...difference} key={difference.name} />
          ))}
        </Card>
      )}
      {(canonical !== null || toSign !== null) && (
        <Card title={words.computed} description={words.computedText}>
          {canonical !== null && <Computed title={words.canonicalRequest} text={canonical} />}
          {toSign !== null && <Computed title={words.stringToSign} text={toSign} />}
        </Card>
      )}
    </>
  )
}

const Computed = ({ title, text }: { readonly title: string; readonly text: string }) => (
  <div className="stack-small">
    <h3>{title}</h3>
    <CodeBlock text={text} label={title} />
  </div>
)
