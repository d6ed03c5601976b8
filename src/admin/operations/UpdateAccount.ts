import { z } from 'zod'
import { account, showAccount } from '../account.ts'
import { quota } from '../bucket.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'PATCH',
  path: '/v1/accounts/{account}',
  summary: "Change an account's quota",
  description: 'By its id or its name.',
  tag: 'Accounts',
  right: 'operator',
  params: z.object({ account: z.string() }),
  body: z.object({ quota: quota.partial() }),
  answer: z.strictObject({ account }),
  errors: ['NoSuchEntity'],
  target: ({ params }) => `account ${params.account}`,
  async handle({ params, body }, { services }) {
    const { id, quota: held } = await services.accounts.find(params.account)
    const { bytes_max = held?.bytesMax, objects_max = held?.objectsMax } = body.quota
    const changed = await services.accounts.setQuota(id, {
      bytesMax: bytes_max ?? undefined,
      objectsMax: objects_max ?? undefined,
    })
    return { account: showAccount(changed) }
  },
})
