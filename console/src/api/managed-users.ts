/** For whom one may make keys. */
import { useQuery } from '@tanstack/react-query'
import { useMe, type Schema } from './me.ts'
import { rolesManagedBy } from './roles.ts'
import { allUsersQuery } from './whole-lists.ts'

/** The users whom one manages; none where they are not `wanted`, or not known yet. */
export function useManagedUsers(wanted: boolean): readonly Schema<'User'>[] {
  const managed = rolesManagedBy(useMe().role)
  const { data: users = [] } = useQuery({ ...allUsersQuery, enabled: wanted })
  return users.filter(({ role }) => managed.includes(role))
}
