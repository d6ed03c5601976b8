/** Who is signed in. */
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { api, dataOf, setCsrfToken } from './client.ts'
import type { components, operations } from './schema.generated.ts'

export type Me = operations['GetMe']['responses'][200]['content']['application/json']
/** A named schema of the API. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

export const meQuery = queryOptions({
  queryKey: ['me'],
  async queryFn() {
    const me = await dataOf(api.GET('/v1/me'))
    setCsrfToken(me.csrf_token)
    return me
  },
  staleTime: 60_000,
})

/** Of whoever is signed in; pages are shown to nobody else. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data

/** Whether the one who is signed in has a right of the management API. */
export const useRight = (right: string): boolean => useMe().rights.includes(right)
