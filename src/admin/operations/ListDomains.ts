import { z } from 'zod'
import { domain, showDomain } from '../domain.ts'
import { operation } from '../operation.ts'
import { next, page } from '../schemas.ts'

export default operation({
  method: 'GET',
  path: '/v1/domains',
  summary: 'List custom domains',
  tag: 'Domains',
  right: 'storage.read',
  query: page,
  answer: z.strictObject({ domains: z.array(domain), next }),
  async handle({ query: { limit, after } }, { principal, services }) {
    const listed = await services.domains.list(principal.account.id, { after, limit: limit + 1 })
    const shown = listed.slice(0, limit)
    return { domains: shown.map(showDomain), next: listed.length > limit ? shown.at(-1)!.name : null }
  },
})
