import { z } from 'zod'
import { accountGuards, insertAccount } from '../../access/accounts.ts'
import { account as shownAccount, showAccount } from '../account.ts'
import { planUser } from '../create-user.ts'
import { operation } from '../operation.ts'
import { password } from '../schemas.ts'

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
  answer: z.strictObject({ account: shownAccount }),
  errors: ['EntityAlreadyExists', 'SlowDown'],
  target: ({ body }) => `account ${body.name}`,
  async handle({ body: { name, email, owner } }, { services }) {
    const { accounts, metadata } = services
    const account = accounts.plan(name, email)
    const first = owner && (await planUser(account.id, { ...owner, role: 'owner' }, services))
    // The account's own record is held alone, and its user needs no more of it.
    const exclusive = [...accountGuards(account), ...(first?.guards.exclusive ?? [])]
    await metadata.transact({ exclusive }, async (transaction) => {
      await insertAccount(transaction, account)
      await first?.put(transaction)
    })
    return { account: showAccount(account) }
  },
})
