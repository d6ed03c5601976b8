import { z } from 'zod'
import { managedUser, showUser, user } from '../account.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'PUT',
  path: '/v1/users/{user}/policies/{policy}',
  summary: 'Give a user a policy',
  description: "The body is the document, in AWS's policy language. It replaces one of that name.",
  tag: 'Users',
  right: 'iam',
  params: z.object({ user: z.string(), policy: z.string() }),
  body: z.looseObject({}),
  answer: z.strictObject({ user }),
  errors: ['NoSuchEntity', 'AccessDenied', 'MalformedPolicy', 'LimitExceeded'],
  target: ({ params }) => `policy ${params.policy} of user ${params.user}`,
  async handle({ params, body }, { principal, services }) {
    const { id } = await managedUser(params.user, principal, services)
    const changed = await services.accounts.users.putPolicy(id, params.policy, JSON.stringify(body))
    return { user: await showUser(changed, services) }
  },
})
