/** Whether what is deleted in a bucket can be had back, and how. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Bucket } from '../../../api/buckets.ts'
import { api, dataOf } from '../../../api/client.ts'
import { Problem } from '../../../api/problem.ts'
import { objectActions as words } from '../../../strings/objectActions.ts'

/** Days that deleted objects are kept; 0 where they are not, or where that is not ours to know. */
export const softDeleteQuery = (bucket: string) =>
  queryOptions({
    queryKey: ['bucket', bucket, 'soft-delete'],
    async queryFn() {
      try {
        const params = { path: { bucket, setting: 'soft-delete' } } as const
        return daysOf(await dataOf(api.GET('/v1/buckets/{bucket}/settings/{setting}', { params })))
      } catch (error) {
        if (error instanceof Problem && error.status === 403) return 0
        throw error
      }
    },
  })

function daysOf(setting: Readonly<Record<string, unknown>>): number {
  const held = setting['SoftDeleteConfiguration']
  return typeof held === 'object' && held !== null && 'Days' in held ? Number(held.Days) : 0
}

export interface Undo {
  readonly possible: boolean
  readonly text: string
}

export function useUndo({ name, versioning }: Bucket): Undo {
  const days = useQuery(softDeleteQuery(name)).data ?? 0
  if (versioning === 'Enabled') return { possible: true, text: words.undo.versions }
  if (days > 0) return { possible: true, text: words.undo.soft(days) }
  return { possible: false, text: versioning === 'Suspended' ? words.undo.suspended : words.undo.none }
}
