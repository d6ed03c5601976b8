import { z } from 'zod'
import { domain, domainOf, showDomain } from '../domain.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/domains/{id}',
  summary: 'Show a custom domain',
  tag: 'Domains',
  right: 'storage.read',
  params: z.object({ id: z.string() }),
  answer: z.strictObject({ domain }),
  errors: ['NoSuchEntity'],
  async handle({ params }, { principal, services }) {
    return { domain: showDomain(await domainOf(params.id, principal, services)) }
  },
})
