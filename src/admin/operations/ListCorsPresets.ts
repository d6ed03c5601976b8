import { z } from 'zod'
import { presetNames, presetRule } from '../cors-presets.ts'
import { operation } from '../operation.ts'

const strings = z.array(z.string())

export default operation({
  method: 'GET',
  path: '/v1/cors-presets',
  summary: 'List the CORS rules that pages commonly need',
  description: "In AWS's JSON, but for the origins, which are yours to say.",
  tag: 'Buckets',
  right: 'storage.read',
  answer: z.strictObject({
    presets: z.array(
      z.strictObject({
        name: z.enum(presetNames),
        rule: z.strictObject({
          ID: z.string(),
          AllowedMethods: strings,
          AllowedHeaders: strings,
          ExposeHeaders: strings,
          MaxAgeSeconds: z.int(),
        }),
      }),
    ),
  }),
  handle: () => Promise.resolve({ presets: presetNames.map((name) => ({ name, rule: presetRule(name) })) }),
})
