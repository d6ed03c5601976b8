import { z } from 'zod'
import { apiKeyOf } from '../api-key.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/api-keys/{id}',
  summary: 'Revoke an API key',
  description: 'The access tokens that were got with it end at once.',
  tag: 'API keys',
  right: 'keys',
  params: z.object({ id: z.string() }),
  answer: done,
  errors: ['NoSuchEntity'],
  target: ({ params }) => `API key ${params.id}`,
  async handle({ params }, { principal, services }) {
    const { id } = await apiKeyOf(params.id, principal, services)
    await services.apiKeys.delete(id)
    return ok
  },
})
