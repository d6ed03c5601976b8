import { z } from 'zod'
import type { ApiKey } from '../../access/api-keys.ts'
import { apiKey, isOwnApiKey, showApiKey } from '../api-key.ts'
import { operation } from '../operation.ts'
import { next, page, pageOf } from '../schemas.ts'

export default operation({
  method: 'GET',
  path: '/v1/api-keys',
  summary: 'List API keys',
  tag: 'API keys',
  right: 'keys',
  query: page,
  answer: z.strictObject({ api_keys: z.array(apiKey), next }),
  async handle({ query }, { principal, services }) {
    const all = await services.apiKeys.list(principal.account.id)
    const seen = principal.rights.has('iam') ? all : all.filter((key) => isOwnApiKey(key, principal))
    const { items, next: following } = pageOf(seen, placeOf, query)
    const api_keys = []
    for (const key of items) api_keys.push(await showApiKey(key, services))
    return { api_keys, next: following }
  },
})

/** In order of making, as they are listed. */
const placeOf = ({ createdAt, id }: ApiKey): string => `${String(createdAt).padStart(16, '0')}-${id}`
