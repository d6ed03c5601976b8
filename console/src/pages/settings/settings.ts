/** What holds for the account that is signed in, and how an operator changes it. */
import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'

export type Settings = Schema<'Toggles'>
export type Toggle = Settings['toggles'][number]

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: () => dataOf(api.GET('/v1/settings')),
})

/** What is set on the account alone. */
export interface Own {
  readonly profile: string | null
  readonly toggles: Readonly<Record<string, string>>
}

export const ownOf = (profile: string | null, { toggles }: Settings): Own => ({
  profile,
  toggles: Object.fromEntries(toggles.filter(({ from }) => from === 'account').map(({ name, value }) => [name, value])),
})

/** In place of all that was set on it. */
export const setOwn = (account: string, { profile, toggles }: Own) =>
  dataOf(
    api.PUT('/v1/accounts/{account}/profile', {
      params: { path: { account } },
      body: { profile, toggles: { ...toggles } },
    }),
  )
