/** Asks for the next page of a list, as long as there is one. */
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { common } from '../strings/common.ts'
import { Button } from './Button.tsx'

type Pages = Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>

export function MoreButton({ query }: { readonly query: Pages }) {
  if (!query.hasNextPage) return null
  return (
    <div className="card-foot">
      <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {common.more}
      </Button>
    </div>
  )
}
