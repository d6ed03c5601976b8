import { z } from 'zod'
import { domain, domainOf, showDomain } from '../domain.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'POST',
  path: '/v1/domains/{id}/verify',
  summary: 'Verify a custom domain',
  description: 'Looks for the CNAME or TXT record in the DNS, and says what it found where that does not do.',
  tag: 'Domains',
  right: 'storage.write',
  params: z.object({ id: z.string() }),
  answer: z.strictObject({ domain }),
  errors: ['NoSuchEntity', 'DomainNotVerified', 'EntityAlreadyExists'],
  target: ({ params }) => `domain ${params.id}`,
  async handle({ params }, { principal, services }) {
    const { id } = await domainOf(params.id, principal, services)
    return { domain: showDomain(await services.domains.verify(id)) }
  },
})
