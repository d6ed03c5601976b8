import { z } from 'zod'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/regions',
  summary: 'List the regions',
  tag: 'Server',
  right: 'self',
  answer: z.strictObject({
    regions: z.array(z.strictObject({ name: z.string(), display_name: z.string(), s3_url: z.string() })),
  }),
  handle: (_input, { services: { regions, origins } }) =>
    Promise.resolve({
      regions: regions.all.map(({ name, displayName = name }) => ({
        name,
        display_name: displayName,
        s3_url: origins.s3(name),
      })),
    }),
})
