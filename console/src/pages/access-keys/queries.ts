/** What the page of access keys asks, and changes. */
import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { api, dataOf } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'
import { wholeList } from '../../api/pages.ts'

export type AccessKey = Schema<'AccessKey'>

export const accessKeysKey = ['access-keys'] as const

export async function accessKeysPage(after: string | undefined, limit = 100) {
  const query = { limit, ...(after !== undefined && { after }) }
  const { access_keys: items, next } = await dataOf(api.GET('/v1/access-keys', { params: { query } }))
  return { items, next }
}

/** All that the one who asks may see: for counts, and for those of one user. */
export const allAccessKeysQuery = queryOptions({
  queryKey: [...accessKeysKey, 'all'],
  queryFn: () => wholeList((after) => accessKeysPage(after, 1000)),
})

/** How many keys may be active at once, by the profile; undefined where any number may. */
export const activeMaxQuery = queryOptions({
  queryKey: ['settings', 'keys.maxActive'],
  async queryFn() {
    const { toggles } = await dataOf(api.GET('/v1/settings'))
    const max = Number(toggles.find(({ name }) => name === 'keys.maxActive')?.value)
    return { max: Number.isInteger(max) ? max : null }
  },
})

/** What a key is called: by its name, or where it has none by its id. */
export const calledOf = ({ name, access_key_id: id }: Pick<AccessKey, 'name' | 'access_key_id'>): string =>
  name === '' ? id : name

/** Has all that shows access keys ask again. */
export function useRefreshKeys(): () => Promise<void> {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: accessKeysKey })
}

export function useUpdateKey() {
  const refresh = useRefreshKeys()
  return async ({ access_key_id: id }: AccessKey, body: { name?: string; active?: boolean }): Promise<void> => {
    await api.PUT('/v1/access-keys/{id}', { params: { path: { id } }, body })
    await refresh()
  }
}
