/** What the server is, and where its clients reach it. */
import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from './client.ts'
import type { operations } from './schema.generated.ts'

export type ServerFacts = operations['GetServer']['responses'][200]['content']['application/json']

export const serverQuery = queryOptions({
  queryKey: ['server'],
  queryFn: () => dataOf(api.GET('/v1/server')),
  staleTime: 300_000,
})
