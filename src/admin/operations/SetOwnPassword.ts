import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { operation } from '../operation.ts'
import { done, ok, password } from '../schemas.ts'
import { noSessionCookie } from '../session-cookie.ts'

export default operation({
  method: 'PUT',
  path: '/v1/me/password',
  summary: 'Change your own password',
  description: 'You are signed out everywhere.',
  tag: 'Sessions',
  right: 'self',
  body: z.object({ current: password, password }),
  answer: done,
  errors: ['InvalidRequest', 'InvalidCredentials', 'TooManyRequests', 'SlowDown'],
  target: () => 'own password',
  async handle({ body }, { principal, services, request, headers }) {
    const { user, account } = principal
    if (user === undefined) throw new ApiError('InvalidRequest', 'An account itself has no password; its users have.')
    // Whoever has an open session may not know the password: it is asked for as at a sign-in, and limited like one.
    const { remoteAddress: address, userAgent: agent } = request
    const proof = { account: account.id, user: user.name, password: body.current.reveal(), address, agent }
    const { token } = await services.signIn(proof)
    await services.sessions.close(token.reveal())
    await services.passwords.set(user.id, body.password.reveal())
    headers.push('set-cookie', noSessionCookie(request.secure))
    return ok
  },
})
