import { z } from 'zod'
import { operation } from '../operation.ts'
import { showTime, timestamp } from '../schemas.ts'

export default operation({
  method: 'GET',
  path: '/v1/sessions',
  summary: 'Where you are signed in',
  tag: 'Sessions',
  right: 'self',
  answer: z.strictObject({
    sessions: z.array(
      z.strictObject({
        id: z.string(),
        created: timestamp,
        seen: timestamp,
        expires: timestamp,
        address: z.string(),
        agent: z.string(),
        current: z.boolean(),
      }),
    ),
  }),
  async handle(_input, { principal: { user, session: own }, services }) {
    const sessions = user === undefined ? [] : await services.sessions.list(user.id)
    return {
      sessions: sessions.map(({ id, createdAt, seenAt, expiresAt, address, agent }) => ({
        id,
        created: showTime(createdAt),
        seen: showTime(seenAt),
        expires: showTime(expiresAt),
        address,
        agent,
        current: id === own?.id,
      })),
    }
  },
})
