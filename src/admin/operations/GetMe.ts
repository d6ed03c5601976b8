import { z } from 'zod'
import { account, showAccount } from '../account.ts'
import { roleName } from '../api-key.ts'
import { showUsage, usage } from '../bucket.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/me',
  summary: 'Who you are, and what you may',
  tag: 'Sessions',
  right: 'self',
  answer: z.strictObject({
    account,
    user: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
    role: roleName,
    rights: z.array(z.string()),
    usage: usage.nullable().meta({ description: 'What all buckets of the account hold, for who may see that.' }),
    csrf_token: z
      .string()
      .nullable()
      .meta({ description: 'For a session: to be sent as `x-csrf-token` with every change.' }),
  }),
  async handle(_input, { principal, services }) {
    const { role, rights, session } = principal
    const sees = rights.has('storage.read')
    return {
      account: showAccount(principal.account),
      user: principal.user ?? null,
      role,
      rights: [...rights],
      usage: sees ? showUsage(await services.buckets.usageOfAccount(principal.account.id)) : null,
      csrf_token: session === undefined ? null : services.sessions.csrfToken(session),
    }
  },
})
