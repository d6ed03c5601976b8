/** Who reads a new bucket where nobody says: as the profile in force has it. */
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../api/client.ts'

export type Readers = 'public' | 'authenticated'

/** Undefined as long as that is not known. */
export function useDeliveryDefault(): Readers | undefined {
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => dataOf(api.GET('/v1/settings', { signal })),
    staleTime: 60_000,
  })
  const value = settings.data?.toggles.find(({ name }) => name === 'delivery.policy')?.value
  return value === 'public' || value === 'authenticated' ? value : undefined
}
