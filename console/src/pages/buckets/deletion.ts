/** Buckets that are being emptied and deleted: how far they are. */
import { queryOptions } from '@tanstack/react-query'
import { bucketChanged } from '../../api/buckets.ts'
import { api, dataOf } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'
import { Problem } from '../../api/problem.ts'
import { queryClient } from '../../api/queries.ts'

export type Deletion = Schema<'Emptying'>

const listKey = ['bucket-deletions'] as const
const askEveryMs = 1000
/** The most that was seen of each, so that what is left can be told as a part. */
const most = new Map<string, number>()

export const thingsLeft = ({ left }: Deletion): number => left.objects + left.versions + left.deleted
export const bytesLeft = ({ left }: Deletion): number => left.bytes + left.version_bytes + left.deleted_bytes

/** From 0 to 1, as far as this page has seen it. */
export function progressOf(job: Deletion): number | undefined {
  const seen = most.get(job.bucket) ?? 0
  return seen === 0 ? undefined : 1 - thingsLeft(job) / seen
}

/** Whether this page has seen it being emptied. */
export const wasSeen = (bucket: string): boolean => most.has(bucket)

const seen = (job: Deletion): Deletion => {
  if (job.state === 'emptying') most.set(job.bucket, Math.max(most.get(job.bucket) ?? 0, thingsLeft(job)))
  return job
}

/** All of the account's; asked again as long as there are some. */
export const deletionsQuery = queryOptions({
  queryKey: listKey,
  async queryFn({ signal }) {
    const { jobs } = await dataOf(api.GET('/v1/bucket-deletions', { params: { query: { limit: 100 } }, signal }))
    const before = queryClient.getQueryData<readonly Deletion[]>(listKey) ?? []
    // What is no more listed is deleted, or is back because something in it is locked.
    if (before.some(({ bucket }) => !jobs.some((job) => job.bucket === bucket)))
      await queryClient.invalidateQueries({ queryKey: ['buckets'] })
    return jobs.map(seen)
  },
  refetchInterval: ({ state }) => ((state.data?.length ?? 0) > 0 ? askEveryMs : false),
})

/** Of one bucket; null once it is gone. */
export const deletionQuery = (bucket: string) =>
  queryOptions({
    queryKey: ['bucket-deletion', bucket],
    async queryFn({ signal }): Promise<Deletion | null> {
      try {
        const call = { params: { path: { bucket } }, signal }
        const { job } = await dataOf(api.GET('/v1/buckets/{bucket}/empty-and-delete', call))
        return job.state === 'done' ? null : seen(job)
      } catch (error) {
        if (error instanceof Problem && error.code === 'NoSuchBucket') return null
        throw error
      }
    },
    refetchInterval: ({ state }) => (state.data?.state === 'emptying' ? askEveryMs : false),
    staleTime: 0,
  })

export async function emptyAndDelete(bucket: string): Promise<void> {
  const call = { params: { path: { bucket } }, body: { confirm: bucket } }
  const { job } = await dataOf(api.POST('/v1/buckets/{bucket}/empty-and-delete', call))
  queryClient.setQueryData(deletionQuery(bucket).queryKey, seen(job))
  await Promise.all([bucketChanged(bucket), queryClient.invalidateQueries({ queryKey: listKey })])
}
