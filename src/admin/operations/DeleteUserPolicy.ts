import { z } from 'zod'
import { managedUser } from '../account.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/users/{user}/policies/{policy}',
  summary: 'Take a policy from a user',
  tag: 'Users',
  right: 'iam',
  params: z.object({ user: z.string(), policy: z.string() }),
  answer: done,
  errors: ['NoSuchEntity', 'AccessDenied'],
  target: ({ params }) => `policy ${params.policy} of user ${params.user}`,
  async handle({ params }, { principal, services }) {
    const { id } = await managedUser(params.user, principal, services)
    await services.accounts.users.deletePolicy(id, params.policy)
    return ok
  },
})
