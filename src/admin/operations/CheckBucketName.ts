import { z } from 'zod'
import { bucketNameRules } from '../../objects/bucket-name.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/bucket-names',
  summary: 'Tell whether a name will do for a new bucket',
  description:
    'By the rules that hold for your account, each said in words, and whether a bucket has the name already.',
  tag: 'Buckets',
  right: 'storage.write',
  query: z.object({ name: z.string().max(512) }),
  answer: z.strictObject({
    rules: z.array(z.strictObject({ meaning: z.string(), kept: z.boolean() })),
    taken: z.enum(['by_you', 'by_another', 'being_deleted']).nullable().meta({
      description: '`being_deleted`: a bucket of yours has it, and gives it free when it is empty.',
    }),
  }),
  async handle({ query: { name } }, { principal, services }) {
    const { account } = principal
    const rules = bucketNameRules[services.toggles(undefined, account.id)['naming.bucket']].map((rule) => ({
      meaning: rule.meaning,
      kept: rule.keptBy(name),
    }))
    // A name that cannot be is nobody's, and would be no key of a record.
    if (!rules.every(({ kept }) => kept)) return { rules, taken: null }
    const holder = await services.buckets.holderOf(name)
    if (holder === undefined) return { rules, taken: null }
    if (holder.accountId !== account.id) return { rules, taken: 'by_another' as const }
    return { rules, taken: holder.deleting === true ? ('being_deleted' as const) : ('by_you' as const) }
  },
})
