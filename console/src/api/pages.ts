/** Lists that come page by page, and the few that are asked for whole. */
import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query'

interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** A list of which more is asked for when more is wanted. */
export function usePages<T>(queryKey: QueryKey, fetchPage: (after: string | undefined) => Promise<Page<T>>) {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }: { pageParam: string | undefined }) => fetchPage(pageParam),
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  })
}

/** No list that is asked for whole is longer: what is beyond is left out. */
const wholeMax = 10_000

/** All of a list, for choices and counts. */
export async function wholeList<T>(fetchPage: (after: string | undefined) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = []
  let after: string | undefined
  do {
    const { items, next } = await fetchPage(after)
    all.push(...items)
    after = next ?? undefined
  } while (after !== undefined && all.length < wholeMax)
  return all
}
