import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { requireManages, showUser, user } from '../account.ts'
import { roleName } from '../api-key.ts'
import { createUser } from '../create-user.ts'
import { operation } from '../operation.ts'
import { password } from '../schemas.ts'

export default operation({
  method: 'POST',
  path: '/v1/users',
  summary: 'Create a user',
  description: 'A user without a password cannot sign in to the console; access keys and API keys are made apart.',
  tag: 'Users',
  right: 'iam',
  body: z.object({
    name: z.string(),
    role: roleName.default('s3.user'),
    password: password.optional(),
    policies: z
      .array(z.strictObject({ name: z.string(), policy: z.string() }))
      .max(10)
      .optional(),
  }),
  status: 201,
  answer: z.strictObject({ user }),
  errors: ['AccessDenied', 'EntityAlreadyExists', 'MalformedPolicy', 'SlowDown'],
  target: ({ body }) => `user ${body.name}`,
  async handle({ body: { policies = [], ...wanted } }, { principal, services }) {
    requireManages(principal, wanted.role)
    const documents = new Map(policies.map((item) => [item.name, item.policy] as const))
    if (documents.size < policies.length) throw new ApiError('InvalidArgument', 'Two policies have one name.')
    const created = await createUser(principal.account.id, { ...wanted, policies: documents }, services)
    return { user: await showUser(created, services) }
  },
})
