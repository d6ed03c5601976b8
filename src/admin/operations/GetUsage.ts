import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { accessKeyOf } from '../access-key.ts'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'
import { count } from '../schemas.ts'
import { day, lastDays } from '../days.ts'

const counts = { requests: count, bytes_in: count, bytes_out: count, errors: count }

export default operation({
  method: 'GET',
  path: '/v1/usage',
  summary: 'Requests and bytes by day',
  description:
    'Of the account, or of one bucket or access key: days of UTC on which there was a request. Of today, the last seconds may be missing.',
  tag: 'Usage',
  right: 'storage.read',
  query: z.object({
    bucket: z.string().optional(),
    access_key_id: z.string().optional(),
    from: day.optional(),
    to: day.optional(),
  }),
  answer: z.strictObject({
    usage: z.array(z.strictObject({ day, ...counts, s3: z.strictObject(counts), delivery: z.strictObject(counts) })),
  }),
  errors: ['NoSuchBucket', 'NoSuchEntity'],
  async handle({ query }, { principal, services }) {
    const subject = await subjectOf(query, principal, services)
    const days = lastDays(query, services.clock.now())
    const rows = await services.usageReports.byDay({ ...subject, ...days })
    return {
      usage: rows.map(({ day: of, s3, delivery, ...all }) => ({
        day: of,
        ...show(all),
        s3: show(s3),
        delivery: show(delivery),
      })),
    }
  },
})

interface Counts {
  readonly requests: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly errors: number
}

const show = ({ requests, bytesIn, bytesOut, errors }: Counts) => ({
  requests,
  bytes_in: bytesIn,
  bytes_out: bytesOut,
  errors,
})

type Context = Parameters<Parameters<typeof operation>[0]['handle']>[1]

async function subjectOf(
  { bucket, access_key_id }: { readonly bucket?: string | undefined; readonly access_key_id?: string | undefined },
  principal: NonNullable<Context['principal']>,
  services: Context['services'],
) {
  if (bucket !== undefined && access_key_id !== undefined)
    throw new ApiError('InvalidArgument', 'Ask for a bucket or for an access key, not for both.')
  if (bucket !== undefined) return { of: 'bucket', id: (await bucketOf(bucket, principal, services)).id } as const
  if (access_key_id !== undefined)
    return { of: 'key', id: (await accessKeyOf(access_key_id, principal, services)).accessKeyId } as const
  return { of: 'account', id: principal.account.id } as const
}
