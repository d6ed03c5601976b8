import { z } from 'zod'
import { showUser, user } from '../account.ts'
import { operation } from '../operation.ts'
import { next, page, pageOf } from '../schemas.ts'

export default operation({
  method: 'GET',
  path: '/v1/users',
  summary: "List the account's users",
  tag: 'Users',
  right: 'iam',
  query: page,
  answer: z.strictObject({ users: z.array(user), next }),
  async handle({ query }, { principal, services }) {
    const all = await services.accounts.users.list(principal.account.id)
    const { items, next: following } = pageOf(all, ({ name }) => name.toLowerCase(), query)
    const users = []
    for (const item of items) users.push(await showUser(item, services))
    return { users, next: following }
  },
})
