/** What was used, by day: as the API tells it, and with the days on which there was nothing. */
import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../api/client.ts'
import { daysOf, type Days } from './days.ts'

/** Of what: of the account, where neither is given. */
export interface UsageSubject {
  readonly bucket?: string
  readonly access_key_id?: string
}

export type UsageDay = Awaited<ReturnType<typeof fetchUsage>>[number]
export type StorageDay = Awaited<ReturnType<typeof fetchStorage>>[number]

async function fetchUsage(query: UsageSubject & Days) {
  return (await dataOf(api.GET('/v1/usage', { params: { query } }))).usage
}

async function fetchStorage(query: Pick<UsageSubject, 'bucket'> & Days) {
  return (await dataOf(api.GET('/v1/usage/storage', { params: { query } }))).storage
}

export const usageQuery = (query: UsageSubject & Days) =>
  queryOptions({ queryKey: ['usage', query], queryFn: () => fetchUsage(query) })

export const storageQuery = (query: Pick<UsageSubject, 'bucket'> & Days) =>
  queryOptions({ queryKey: ['usage', 'storage', query], queryFn: () => fetchStorage(query) })

export const busiestQuery = (query: Pick<UsageSubject, 'bucket'> & Days & { readonly limit: number }) =>
  queryOptions({
    queryKey: ['usage', 'objects', query],
    queryFn: async () => (await dataOf(api.GET('/v1/usage/objects', { params: { query } }))).objects,
  })

/** Each day of the range, with what is told of it. */
export function byDay<Row extends { readonly day: string }>(rows: readonly Row[], range: Days): (Row | undefined)[] {
  const found = new Map(rows.map((row) => [row.day, row]))
  return daysOf(range).map((day) => found.get(day))
}
