/** A list in a card, page by page; where nothing is in it, that is said. */
import type { ReactNode } from 'react'
import type { usePages } from '../api/pages.ts'
import { Card } from './Card.tsx'
import { MoreButton } from './MoreButton.tsx'
import { QueryView } from './QueryView.tsx'

interface ListCardProps<T> {
  readonly query: ReturnType<typeof usePages<T>>
  readonly empty: ReactNode
  readonly children: (all: readonly T[]) => ReactNode
}

export function ListCard<T>({ query, empty, children }: ListCardProps<T>) {
  return (
    <QueryView query={query}>
      {(all) => (
        <Card flush>
          {all.length === 0 ? empty : children(all)}
          <MoreButton query={query} />
        </Card>
      )}
    </QueryView>
  )
}
