import { z } from 'zod'
import { operation } from '../operation.ts'
import { refusalSummary, seenBy, showSummary } from '../refusal.ts'
import { next, page } from '../schemas.ts'

export default operation({
  method: 'GET',
  path: '/v1/refusals',
  summary: 'Requests that were refused lately',
  description:
    "Newest first, of the last day: what the account asked for, and what was asked of its buckets. Operators see all, those included that are nobody's. A page may have fewer than `limit`, where there is a `next`.",
  tag: 'Refusals',
  right: 'storage.read',
  query: page.extend({ bucket: z.string().max(255).optional() }),
  answer: z.strictObject({ refusals: z.array(refusalSummary), next }),
  async handle({ query: { limit, after, bucket } }, { principal, services }) {
    const found = await services.refusals.list({ accountId: seenBy(principal), bucket, limit, after })
    return { refusals: found.refusals.map(showSummary), next: found.next ?? null }
  },
})
