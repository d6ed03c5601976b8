import { z } from 'zod'
import { showUser, user } from '../account.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/users/{user}',
  summary: 'Show a user',
  description: 'By its id or its name.',
  tag: 'Users',
  right: 'iam',
  params: z.object({ user: z.string() }),
  answer: z.strictObject({ user }),
  errors: ['NoSuchEntity'],
  async handle({ params }, { principal, services }) {
    const found = await services.accounts.users.find(principal.account.id, params.user)
    return { user: await showUser(found, services) }
  },
})
