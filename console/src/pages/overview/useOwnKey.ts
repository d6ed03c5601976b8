/** The access key that somebody has: their own, or for owners the account's, which is the one made at the first start. */
import { useQuery } from '@tanstack/react-query'
import { useMe, useRight } from '../../api/me.ts'
import { allAccessKeysQuery } from '../access-keys/queries.ts'

export function useOwnKey(): string | undefined {
  const { user, role } = useMe()
  const keys = useQuery({ ...allAccessKeysQuery, enabled: useRight('keys') }).data
  const active = keys?.filter((key) => key.active) ?? []
  const own = user === null ? undefined : active.find((key) => key.user === user.name)
  return (own ?? (role === 'owner' ? active.find((key) => key.user === null) : undefined))?.access_key_id
}
