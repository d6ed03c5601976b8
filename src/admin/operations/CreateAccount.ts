import { z } from 'zod'
import { accountGuards, type Account } from '../../access/accounts.ts'
import { account, showAccount } from '../account.ts'
import { createUser } from '../create-user.ts'
import { operation } from '../operation.ts'
import { password } from '../schemas.ts'
import type { ManagementServices } from '../services.ts'

export default operation({
  method: 'POST',
  path: '/v1/accounts',
  summary: 'Create an account',
  description:
    "With `owner` it has a first user, who signs in with the password and makes everything else. Without, an operator's command line gives it keys.",
  tag: 'Accounts',
  right: 'operator',
  body: z.object({
    name: z.string(),
    email: z.string().optional(),
    owner: z.strictObject({ name: z.string(), password }).optional(),
  }),
  status: 201,
  answer: z.strictObject({ account }),
  errors: ['EntityAlreadyExists', 'SlowDown'],
  target: ({ body }) => `account ${body.name}`,
  async handle({ body: { name, email, owner } }, { services }) {
    const created = await services.accounts.create(name, email)
    if (owner === undefined) return { account: showAccount(created) }
    try {
      await createUser(created.id, { ...owner, role: 'owner' }, services)
    } catch (error) {
      // An owner that is refused leaves no account behind.
      await forget(created, services)
      throw error
    }
    return { account: showAccount(created) }
  },
})

/** Takes back an account that nobody has used yet. */
async function forget(account: Account, { metadata }: ManagementServices): Promise<void> {
  const records = accountGuards(account)
  await metadata.transact({ exclusive: records }, (transaction) => {
    for (const record of records) transaction.delete(record)
  })
}
