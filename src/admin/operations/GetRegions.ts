import { z } from 'zod'
import { operation } from '../operation.ts'
import { region, showRegions } from '../region.ts'

export default operation({
  method: 'GET',
  path: '/v1/regions',
  summary: 'List the regions',
  tag: 'Server',
  right: 'self',
  answer: z.strictObject({ regions: z.array(region) }),
  handle: (_input, { services }) => Promise.resolve({ regions: showRegions(services) }),
})
