import { z } from 'zod'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/openapi.json',
  summary: 'This description of the API',
  tag: 'Server',
  right: 'anyone',
  answer: z.record(z.string(), z.unknown()),
  handle: async (_input, { services }) => ({ ...(await services.openapi()) }),
})
