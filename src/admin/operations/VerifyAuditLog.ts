import { z } from 'zod'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/audit/verify',
  summary: 'Check that the audit log is whole',
  description:
    'Follows the chain from the first entry to the last, and names the first link that is broken. Keep `head` elsewhere, and give it again as `head`: then nobody can have cut off the end since.',
  tag: 'Audit log',
  right: 'operator',
  query: z.object({ head: z.string().max(128).optional() }),
  answer: z.strictObject({
    whole: z.boolean(),
    entries: z.int().nullable(),
    head: z.string().nullable(),
    broken: z.strictObject({ seq: z.int(), why: z.string() }).nullable(),
  }),
  async handle({ query }, { services }) {
    const found = await services.auditLog.verify(query.head)
    return 'broken' in found
      ? { whole: false, entries: null, head: null, broken: { ...found.broken } }
      : { whole: true, entries: found.entries, head: found.head, broken: null }
  },
})
