import { z } from 'zod'
import { firstAccountId } from '../../access/first-account.ts'
import { sessionLifetimeMax } from '../../access/sessions.ts'
import { operation } from '../operation.ts'
import { secret } from '../schemas.ts'
import { unlessMissing } from '../unless-missing.ts'
import { sessionCookie } from '../session-cookie.ts'

export default operation({
  method: 'POST',
  path: '/v1/session',
  summary: 'Sign in with a password',
  description:
    'Opens a session in a cookie that no script can read. Every change made with it must bear `csrf_token` in the header `x-csrf-token`. After five failures in 15 minutes: 429.',
  tag: 'Sessions',
  right: 'anyone',
  body: z.object({
    account: z.string().max(256).optional().meta({ description: 'Name or id; the first account unless given.' }),
    user: z.string().max(256),
    password: secret(1024),
  }),
  answer: z.strictObject({ csrf_token: z.string() }),
  errors: ['InvalidCredentials', 'TooManyRequests', 'SlowDown'],
  // Not the name that was given: people type passwords there.
  target: () => 'a session',
  async concerns({ body }, { accounts, metadata }) {
    const idOrName = body.account ?? (await firstAccountId(metadata))
    const account = idOrName === undefined ? undefined : await unlessMissing(accounts.find(idOrName))
    if (account === undefined) return undefined
    const user = await unlessMissing(accounts.users.find(account.id, body.user))
    return { accountId: account.id, details: user === undefined ? {} : { user: user.name } }
  },
  async handle({ body }, { services, request, headers }) {
    const { remoteAddress: address, userAgent: agent, secure } = request
    const { token, session } = await services.signIn({ ...body, password: body.password.reveal(), address, agent })
    headers.push('set-cookie', sessionCookie(token.reveal(), secure, sessionLifetimeMax / 1000))
    return { csrf_token: services.sessions.csrfToken(session) }
  },
})
