import { z } from 'zod'
import { newAccessKey, requireKeysOf, showKey, userNameOf } from '../access-key.ts'
import { operation } from '../operation.ts'
import { label } from '../schemas.ts'

export default operation({
  method: 'POST',
  path: '/v1/access-keys',
  summary: 'Generate an access key',
  description:
    "The secret is shown only now. Without `user` it is one's own: an owner's is the account's, which may do everything, a user's the user's.",
  tag: 'Access keys',
  right: 'keys',
  body: z.object({ name: label.default(''), user: z.string().optional() }),
  status: 201,
  answer: z.strictObject({ access_key: newAccessKey }),
  errors: ['AccessDenied', 'NoSuchEntity', 'LimitExceeded'],
  target: ({ body }) => (body.user === undefined ? 'an access key' : `an access key of ${body.user}`),
  async handle({ body: { name, user } }, { principal, services }) {
    const { account } = principal
    const holder = user === undefined ? undefined : await services.accounts.users.find(account.id, user)
    const userId = holder?.id ?? (principal.role === 'owner' ? undefined : principal.user?.id)
    await requireKeysOf(userId, principal, services)
    const key = await services.accessKeys.create(account.id, name, { userId })
    const shown = showKey(key, await userNameOf(key, services))
    return { access_key: { ...shown, secret_access_key: key.secretAccessKey.reveal() } }
  },
})
