import { z } from 'zod'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/setup',
  summary: 'Whether the first owner is still to be made',
  description:
    'As long as no owner of the first account has a password, the server prints a link for that at each start.',
  tag: 'Sessions',
  right: 'anyone',
  answer: z.strictObject({ needed: z.boolean() }),
  handle: async (_input, { services }) => ({ needed: await services.setupLinks.isNeeded() }),
})
