import { z } from 'zod'
import { emptying, progressOf } from '../emptying.ts'
import { operation } from '../operation.ts'
import { next, page } from '../schemas.ts'

export default operation({
  method: 'GET',
  path: '/v1/bucket-deletions',
  summary: 'List the buckets that are being deleted with all that is in them',
  description: 'They are found no more, but go on taking room until they are empty.',
  tag: 'Buckets',
  right: 'storage.read',
  query: page,
  answer: z.strictObject({ jobs: z.array(emptying), next }),
  async handle({ query: { limit, after } }, { principal, services }) {
    const found = await services.emptier.list(principal.account.id, { limit: limit + 1, after })
    const shown = found.slice(0, limit)
    return {
      jobs: await Promise.all(shown.map((bucket) => progressOf(bucket, services))),
      next: found.length > limit ? shown.at(-1)!.id : null,
    }
  },
})
