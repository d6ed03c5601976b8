/** What the pages of users ask. */
import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'

export type User = Schema<'User'>

export const usersKey = ['users'] as const

export async function usersPage(after: string | undefined) {
  const query = after === undefined ? {} : { after }
  const { users: items, next } = await dataOf(api.GET('/v1/users', { params: { query } }))
  return { items, next }
}

/** By id or name. */
export const userQuery = (user: string) =>
  queryOptions({
    queryKey: [...usersKey, 'one', user],
    queryFn: async () => (await dataOf(api.GET('/v1/users/{user}', { params: { path: { user } } }))).user,
  })
