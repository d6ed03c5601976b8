/** What pages show of a bucket is asked anew when files have come into it; once a second, however many there are. */
import { queryClient } from '../api/queries.ts'

let telling: ReturnType<typeof setTimeout> | undefined
const changedBuckets = new Set<string>()

export function tellPages(bucket: string): void {
  changedBuckets.add(bucket)
  telling ??= setTimeout(() => {
    telling = undefined
    void queryClient.invalidateQueries({
      predicate: ({ queryKey }) => queryKey.some((part) => typeof part === 'string' && changedBuckets.has(part)),
    })
    changedBuckets.clear()
  }, 1000)
}
