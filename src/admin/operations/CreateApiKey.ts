import { z } from 'zod'
import { mayManage } from '../../access/rights.ts'
import { ApiError } from '../../base/errors.ts'
import { newApiKey, requireWithin, roleName, showNewApiKey } from '../api-key.ts'
import { operation } from '../operation.ts'
import { label } from '../schemas.ts'

export default operation({
  method: 'POST',
  path: '/v1/api-keys',
  summary: 'Create an API key',
  description:
    "What opens this API for a program: `POST /v1/access_token/{api_key}`. It is shown only now. With `user` it is a user's, and may what the user's role says; with `role` it is the account's, and may what that role says. With neither it is your own.",
  tag: 'API keys',
  right: 'keys',
  body: z.object({ name: label.min(1), role: roleName.optional(), user: z.string().optional() }),
  status: 201,
  answer: z.strictObject({ api_key: newApiKey }),
  errors: ['AccessDenied', 'NoSuchEntity', 'LimitExceeded'],
  target: ({ body }) => `API key ${body.name}`,
  async handle({ body: { name, role, user } }, { principal, services }) {
    const { account } = principal
    const holder = user === undefined ? undefined : await services.accounts.users.find(account.id, user)
    // A key of one's own ends with oneself; one of the account, which outlives its maker, is asked for by its role.
    const isAccounts = role !== undefined && principal.rights.has('iam')
    const userId = holder?.id ?? (isAccounts ? undefined : principal.user?.id)
    if (holder !== undefined && holder.id !== principal.user?.id && !mayManage(principal.role, holder.role)) {
      throw new ApiError('AccessDenied', `The role ${principal.role} makes no keys of other users.`)
    }
    const given = userId === undefined ? (role ?? principal.role) : role
    if (userId === undefined) requireWithin(given ?? principal.role, principal)
    // A user's key with another role than the user's is refused there.
    const key = await services.apiKeys.create(account.id, name, { role: given, userId })
    return { api_key: { ...(await showNewApiKey(key, services)), api_key: key.apiKey.reveal() } }
  },
})
