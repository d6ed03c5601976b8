/** Who is signed in, with what their account holds now. */
import { useQuery } from '@tanstack/react-query'
import { meQuery, useMe, type Me } from '../api/me.ts'

export function useFreshMe(): Me {
  const known = useMe()
  return useQuery({ ...meQuery, staleTime: 5000 }).data ?? known
}
