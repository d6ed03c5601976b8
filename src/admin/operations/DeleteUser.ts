import { z } from 'zod'
import { managedUser } from '../account.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/users/{user}',
  summary: 'Delete a user',
  description: 'With its password, sessions, access keys and API keys.',
  tag: 'Users',
  right: 'iam',
  params: z.object({ user: z.string() }),
  answer: done,
  errors: ['NoSuchEntity', 'AccessDenied'],
  target: ({ params }) => `user ${params.user}`,
  async handle({ params }, { principal, services }) {
    const { id } = await managedUser(params.user, principal, services)
    await services.accounts.users.delete(id)
    return ok
  },
})
