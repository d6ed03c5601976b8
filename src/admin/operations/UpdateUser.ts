import { z } from 'zod'
import { managedUser, requireManages, showUser, user } from '../account.ts'
import { roleName } from '../api-key.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'PUT',
  path: '/v1/users/{user}',
  summary: "Change a user's role",
  tag: 'Users',
  right: 'iam',
  params: z.object({ user: z.string() }),
  body: z.object({ role: roleName }),
  answer: z.strictObject({ user }),
  errors: ['NoSuchEntity', 'AccessDenied'],
  target: ({ params }) => `user ${params.user}`,
  async handle({ params, body }, { principal, services }) {
    const { id } = await managedUser(params.user, principal, services)
    requireManages(principal, body.role)
    return { user: await showUser(await services.accounts.users.setRole(id, body.role), services) }
  },
})
