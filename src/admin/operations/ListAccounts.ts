import { z } from 'zod'
import { account, showAccount } from '../account.ts'
import { operation } from '../operation.ts'
import { next, page, pageOf } from '../schemas.ts'

export default operation({
  method: 'GET',
  path: '/v1/accounts',
  summary: 'List all accounts',
  tag: 'Accounts',
  right: 'operator',
  query: page,
  answer: z.strictObject({ accounts: z.array(account), next }),
  async handle({ query }, { services }) {
    const { items, next: following } = pageOf(await services.accounts.list(), ({ displayName }) => displayName, query)
    return { accounts: items.map(showAccount), next: following }
  },
})
