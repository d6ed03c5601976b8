/** Which of the first steps are done: as far as the server can tell. */
import { useQuery } from '@tanstack/react-query'
import { serverQuery } from '../../api/server.ts'
import { allBucketsQuery } from '../../api/whole-lists.ts'
import { useRight } from '../../api/me.ts'
import { fetchAudit } from '../../audit/entries.ts'
import { lastDays } from '../../usage/days.ts'
import { usageQuery } from '../../usage/usage.ts'
import { useFreshMe } from '../../usage/useFreshMe.ts'

export interface FirstSteps {
  readonly bucket: boolean
  readonly upload: boolean
  readonly share: boolean
  /** Where the next steps go: the first bucket that there is. */
  readonly name: string | undefined
}

/** Undefined until it is known. */
export function useFirstSteps(): FirstSteps | undefined {
  const { usage: held } = useFreshMe()
  const mayAudit = useRight('audit')
  const buckets = useQuery(allBucketsQuery).data
  const usage = useQuery(usageQuery(lastDays(30))).data
  const server = useQuery(serverQuery)
  const links = useQuery({
    queryKey: ['audit', 'links'],
    queryFn: async () => {
      const [presigned, signed] = await Promise.all(
        ['Presign', 'SignUrl'].map((action) => fetchAudit({ action, limit: 1 })),
      )
      return [...(presigned?.entries ?? []), ...(signed?.entries ?? [])].some(({ outcome }) => outcome === 'done')
    },
    enabled: mayAudit,
  }).data
  if (server.isPending || buckets === undefined || usage === undefined || (mayAudit && links === undefined))
    return undefined
  const holds = held !== null && held.objects > 0
  return {
    bucket: buckets.length > 0,
    upload: holds,
    // A link was made here; or delivery was asked for something, or lets everybody read.
    share:
      holds &&
      (links === true ||
        usage.some(({ delivery }) => delivery.requests > delivery.errors) ||
        buckets.some(({ policy, delivery_enabled: on, usage: of }) => on && policy === 'public' && of.objects > 0)),
    name: (buckets.find(({ usage: of }) => of.objects > 0) ?? buckets[0])?.name,
  }
}
