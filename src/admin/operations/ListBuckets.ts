import { z } from 'zod'
import { bucket, showBucket } from '../bucket.ts'
import { operation } from '../operation.ts'
import { next, page } from '../schemas.ts'

export default operation({
  method: 'GET',
  path: '/v1/buckets',
  summary: 'List buckets',
  description: 'With what each holds: exact, and cheap however much that is.',
  tag: 'Buckets',
  right: 'storage.read',
  query: page.extend({ prefix: z.string().max(128).optional() }),
  answer: z.strictObject({ buckets: z.array(bucket), next }),
  async handle({ query: { limit, after, prefix } }, { principal, services }) {
    const options = { after, limit: limit + 1, prefix }
    const listed = await services.buckets.listWithUsage(principal.account.id, options)
    const shown = listed.slice(0, limit)
    return {
      buckets: shown.map(({ bucket: held, usage }) => showBucket(held, usage, services)),
      next: listed.length > limit ? shown.at(-1)!.bucket.name : null,
    }
  },
})
