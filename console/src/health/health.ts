/** How the server is; for operators. */
import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../api/client.ts'

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: () => dataOf(api.GET('/v1/health')),
  refetchInterval: 30_000,
})

export const tones = { ok: 'good', warning: 'warning', failure: 'danger' } as const
