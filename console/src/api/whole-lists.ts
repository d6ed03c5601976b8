/** Lists that are asked for whole, for choices: users and buckets. */
import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from './client.ts'
import { wholeList } from './pages.ts'

const pageSize = 1000

export const allUsersQuery = queryOptions({
  queryKey: ['users', 'all'],
  queryFn: () =>
    wholeList(async (after) => {
      const query = { limit: pageSize, ...(after !== undefined && { after }) }
      const { users: items, next } = await dataOf(api.GET('/v1/users', { params: { query } }))
      return { items, next }
    }),
})

export const allBucketsQuery = queryOptions({
  queryKey: ['buckets', 'all'],
  queryFn: () =>
    wholeList(async (after) => {
      const query = { limit: pageSize, ...(after !== undefined && { after }) }
      const { buckets: items, next } = await dataOf(api.GET('/v1/buckets', { params: { query } }))
      return { items, next }
    }),
})
