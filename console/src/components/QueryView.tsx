/** Shows what a query brought; until then that it loads, and what went wrong where it did. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { common } from '../strings/common.ts'
import { ErrorNotice } from './ErrorNotice.tsx'

interface QueryViewProps<T> {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'isError' | 'error' | 'refetch'>
  /** How many lines of grey are shown while it loads. */
  readonly lines?: number
  readonly children: (data: T) => ReactNode
}

export function QueryView<T>({ query, lines = 4, children }: QueryViewProps<T>) {
  if (query.data !== undefined) return children(query.data)
  if (query.isError) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
  return (
    <div className="stack" aria-busy="true">
      <span className="visually-hidden" role="status">
        {common.loading}
      </span>
      {Array.from({ length: lines }, (_, index) => (
        <div className="skeleton" key={index} />
      ))}
    </div>
  )
}
