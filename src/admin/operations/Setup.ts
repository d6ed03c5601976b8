import { z } from 'zod'
import { firstAccountId } from '../../access/first-account.ts'
import { sessionLifetimeMax } from '../../access/sessions.ts'
import { operation } from '../operation.ts'
import { password, secret } from '../schemas.ts'
import { sessionCookie } from '../session-cookie.ts'

export default operation({
  method: 'POST',
  path: '/v1/setup',
  summary: 'Set a password by a sign-in link',
  description:
    'Ends the link, and opens a session as a sign-in does. The link that the server prints at its start makes the first owner; any other sets the password of the user that it was made for, who is signed out everywhere else. A password that is refused leaves the link as it is.',
  tag: 'Sessions',
  right: 'anyone',
  body: z.object({
    token: secret(256).meta({ description: 'What stands behind `token=` in the link.' }),
    user: z.string().max(64).default('owner').meta({ description: 'Name of the first owner.' }),
    password,
  }),
  answer: z.strictObject({ csrf_token: z.string() }),
  errors: ['InvalidToken', 'TooManyRequests', 'SlowDown', 'EntityAlreadyExists'],
  target: () => 'a password, by a sign-in link',
  async concerns({ body }, { metadata, setupLinks }) {
    const user = await setupLinks.userOf(body.token.reveal())
    const accountId = user?.accountId ?? (await firstAccountId(metadata))
    if (accountId === undefined) return undefined
    return { accountId, details: user === undefined ? {} : { user: user.name } }
  },
  async handle({ body }, { services, request, headers }) {
    const { remoteAddress: address, userAgent: agent, secure } = request
    const wanted = { token: body.token.reveal(), user: body.user, password: body.password.reveal(), address }
    const user = await services.setupLinks.redeem(wanted)
    const { token, session } = await services.sessions.open(user.id, user.accountId, { address, agent })
    headers.push('set-cookie', sessionCookie(token.reveal(), secure, sessionLifetimeMax / 1000))
    return { csrf_token: services.sessions.csrfToken(session) }
  },
})
