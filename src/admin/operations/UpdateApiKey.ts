import { z } from 'zod'
import { apiKey, apiKeyOf, showApiKey } from '../api-key.ts'
import { operation } from '../operation.ts'
import { label } from '../schemas.ts'

export default operation({
  method: 'PUT',
  path: '/v1/api-keys/{id}',
  summary: 'Rename an API key',
  tag: 'API keys',
  right: 'keys',
  params: z.object({ id: z.string() }),
  body: z.object({ name: label.min(1) }),
  answer: z.strictObject({ api_key: apiKey }),
  errors: ['NoSuchEntity'],
  target: ({ params }) => `API key ${params.id}`,
  async handle({ params, body }, { principal, services }) {
    const { id } = await apiKeyOf(params.id, principal, services)
    return { api_key: await showApiKey(await services.apiKeys.rename(id, body.name), services) }
  },
})
