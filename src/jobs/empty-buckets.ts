/** Goes on with the buckets that are being emptied, a piece of each in turn, whoever began and whatever crashed meanwhile. */
import type { BucketEmptier } from '../objects/empty-bucket.ts'
import type { Job } from './runner.ts'

export function emptyBucketsJob(emptier: BucketEmptier): Job {
  let last: string | undefined
  return {
    name: 'empty-buckets',
    async work() {
      last = (await emptier.next(last)) ?? (await emptier.next())
      if (last === undefined) return 'idle'
      // A request that waits for the bucket works from its beginning.
      await emptier.work(last, true)
      return 'busy'
    },
  }
}
