import { setImmediate as turn } from 'node:timers/promises'
import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { busiestFirst } from '../../metering/usage-reports.ts'
import { bucketOf } from '../bucket-of.ts'
import { day, lastDays } from '../days.ts'
import { operation } from '../operation.ts'
import { count } from '../schemas.ts'

/** Of all buckets of an account. */
const daysMax = 31
const bucketsAtOnce = 1000

export default operation({
  method: 'GET',
  path: '/v1/usage/objects',
  summary: 'The objects that were read most',
  description:
    'By S3 (GetObject) and through delivery, in days of UTC, the busiest first: of one bucket, or of all that the account has, in at most 31 days. Counted in bounded memory: nothing is told too often, and what is not among the busiest may be told too seldom, or not at all. Of today, the last seconds may be missing.',
  tag: 'Usage',
  right: 'storage.read',
  query: z.object({
    bucket: z.string().optional(),
    from: day.optional(),
    to: day.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(10),
  }),
  answer: z.strictObject({
    objects: z.array(z.strictObject({ bucket: z.string(), key: z.string(), requests: count, bytes_out: count })),
  }),
  errors: ['NoSuchBucket'],
  async handle({ query: { bucket: name, limit, ...period } }, { principal, services }) {
    const days = lastDays(period, services.clock.now())
    const { usageReports, buckets } = services
    const of = async (bucket: { readonly id: string; readonly name: string }) =>
      (await usageReports.objects({ id: bucket.id, ...days }, limit)).map((each) => ({ bucket: bucket.name, ...each }))
    if (name !== undefined) return { objects: (await of(await bucketOf(name, principal, services))).map(show) }
    if (Date.parse(days.toDay) - Date.parse(days.fromDay) >= daysMax * 86_400_000)
      throw new ApiError('InvalidArgument', `Of all buckets, ask for at most ${daysMax} days; or name a bucket.`)
    let busiest: Awaited<ReturnType<typeof of>> = []
    for (let after: string | undefined; ;) {
      const page = await buckets.list({ accountId: principal.account.id, after, limit: bucketsAtOnce })
      for (const bucket of page) {
        busiest = [...busiest, ...(await of(bucket))].toSorted(busiestFirst).slice(0, limit)
        // There may be many buckets: others have their turn.
        await turn()
      }
      if (page.length < bucketsAtOnce) return { objects: busiest.map(show) }
      after = page.at(-1)!.name
    }
  },
})

const show = ({
  bucket,
  key,
  requests,
  bytesOut,
}: {
  bucket: string
  key: string
  requests: number
  bytesOut: number
}) => ({
  bucket,
  key,
  requests,
  bytes_out: bytesOut,
})
