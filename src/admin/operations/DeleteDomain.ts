import { z } from 'zod'
import { domainOf } from '../domain.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/domains/{id}',
  summary: 'Delete a custom domain',
  description: 'With its certificate. It shows nothing from now on.',
  tag: 'Domains',
  right: 'storage.write',
  params: z.object({ id: z.string() }),
  answer: done,
  errors: ['NoSuchEntity'],
  target: ({ params }) => `domain ${params.id}`,
  async handle({ params }, { principal, services }) {
    const { id } = await domainOf(params.id, principal, services)
    await services.domains.delete(id)
    return ok
  },
})
