import { z } from 'zod'
import { operation } from '../operation.ts'
import { done, flag, ok } from '../schemas.ts'
import { noSessionCookie } from '../session-cookie.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/session',
  summary: 'Sign out',
  tag: 'Sessions',
  right: 'self',
  query: z.object({
    everywhere: flag.meta({ description: 'All sessions of the user, not this one alone.' }),
  }),
  answer: done,
  target: () => 'own session',
  async handle({ query }, { principal: { session, user }, services, request, headers }) {
    if (query.everywhere && user !== undefined) await services.sessions.closeAll(user.id)
    else if (session !== undefined) await services.sessions.closeById(session.userId, session.id)
    headers.push('set-cookie', noSessionCookie(request.secure))
    return ok
  },
})
