import { z } from 'zod'
import { operation } from '../operation.ts'
import { profileOf } from '../shown-toggles.ts'
import { region, showRegions } from '../region.ts'

export default operation({
  method: 'GET',
  path: '/v1/server',
  summary: 'What the server is, and where its clients reach it',
  tag: 'Server',
  right: 'self',
  answer: z.strictObject({
    version: z.string(),
    profile: z.string(),
    region: z.string().meta({ description: 'Where buckets are made that name none.' }),
    regions: z.array(region),
    delivery_url: z.string().meta({ description: 'With `{bucket}` and `{region}` in it.' }),
    domain_target: z.string().meta({ description: 'What custom domains point to by CNAME.' }),
    tls: z.boolean().meta({ description: 'Whether it serves TLS itself.' }),
    management_url: z.string(),
  }),
  handle: (_input, { services }) => {
    const { facts, origins, regions, toggleLayers } = services
    return Promise.resolve({
      version: facts.version,
      profile: profileOf(toggleLayers),
      region: regions.first.name,
      regions: showRegions(services),
      delivery_url: origins.delivery({ name: '{bucket}', region: '{region}' }),
      domain_target: origins.domainTarget,
      tls: facts.tls,
      management_url: origins.management(),
    })
  },
})
