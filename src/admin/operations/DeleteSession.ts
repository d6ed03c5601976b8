import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'
import { noSessionCookie } from '../session-cookie.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/sessions/{id}',
  summary: 'End one of your sessions',
  tag: 'Sessions',
  right: 'self',
  params: z.object({ id: z.string() }),
  answer: done,
  errors: ['NoSuchEntity'],
  target: ({ params }) => `session ${params.id}`,
  async handle({ params }, { principal: { user, session }, services, request, headers }) {
    if (user === undefined) throw new ApiError('NoSuchEntity', 'An account itself has no sessions; its users have.')
    await services.sessions.closeById(user.id, params.id)
    if (params.id === session?.id) headers.push('set-cookie', noSessionCookie(request.secure))
    return ok
  },
})
