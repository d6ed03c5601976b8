import { z } from 'zod'
import { showUsage, usage } from '../bucket.ts'
import { bucketOf } from '../bucket-of.ts'
import { day, lastDays } from '../days.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/usage/storage',
  summary: 'What was stored, day by day',
  description:
    'At the end of each day of UTC, in the account or in one bucket. What is stored now is shown with the buckets.',
  tag: 'Usage',
  right: 'storage.read',
  query: z.object({ bucket: z.string().optional(), from: day.optional(), to: day.optional() }),
  answer: z.strictObject({ storage: z.array(usage.extend({ day })) }),
  errors: ['NoSuchBucket'],
  async handle({ query }, { principal, services }) {
    const { bucket } = query
    const subject =
      bucket === undefined
        ? ({ of: 'account', id: principal.account.id } as const)
        : ({ of: 'bucket', id: (await bucketOf(bucket, principal, services)).id } as const)
    const rows = await services.usageReports.storageByDay({ ...subject, ...lastDays(query, services.clock.now()) })
    return { storage: rows.map((row) => ({ day: row.day, ...showUsage(row) })) }
  },
})
