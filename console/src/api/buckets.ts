/** Buckets, as several pages ask for them: one place says under which key each answer is kept, so that a change finds all that it touches. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, dataOf } from './client.ts'
import type { Schema } from './me.ts'
import { queryClient } from './queries.ts'

export type Bucket = Schema<'Bucket'>

/** As many as the server gives at once. */
const pageSize = 1000

export const bucketQuery = (name: string) =>
  queryOptions({
    queryKey: ['bucket', name],
    queryFn: async ({ signal }) =>
      (await dataOf(api.GET('/v1/buckets/{bucket}', { params: { path: { bucket: name } }, signal }))).bucket,
  })

/** All buckets of the account, in order of name. */
export const bucketsQuery = infiniteQueryOptions({
  queryKey: ['buckets'],
  queryFn: ({ pageParam, signal }) =>
    dataOf(
      api.GET('/v1/buckets', {
        params: { query: { limit: pageSize, ...(pageParam && { after: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: '',
  getNextPageParam: ({ next }) => next ?? undefined,
  select: ({ pages }) => pages.flatMap(({ buckets }) => buckets),
})

/** After a change to a bucket: everything that shows something of it is asked for again. */
export async function bucketChanged(name: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['bucket', name] }),
    queryClient.invalidateQueries({ queryKey: ['buckets'] }),
  ])
}
