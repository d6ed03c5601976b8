/** One domain: its proof in the DNS, and its certificate. */
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../api/client.ts'
import { Dialog } from '../../components/Dialog.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { Time } from '../../components/Time.tsx'
import { domains as words } from '../../strings/domains.ts'
import { Certificate } from './Certificate.tsx'
import { domainsKey } from './queries.ts'
import { Verification } from './Verification.tsx'

interface DomainSheetProps {
  readonly id: string
  onClose(): void
}

/** A certificate is on its way for a minute or so. */
const pendingPauseMs = 5000

export function DomainSheet({ id, onClose }: DomainSheetProps) {
  const domain = useQuery({
    queryKey: [...domainsKey, id],
    queryFn: async () => (await dataOf(api.GET('/v1/domains/{id}', { params: { path: { id } } }))).domain,
    refetchInterval: ({ state }) => (state.data?.certificate.state === 'pending' ? pendingPauseMs : false),
  })
  return (
    <Dialog open kind="sheet" title={domain.data?.domain_name ?? words.title} onClose={onClose}>
      <QueryView query={domain}>
        {(shown) => (
          <>
            <dl className="facts">
              <dt>{words.shows}</dt>
              <dd>{shown.bucket ?? words.allBuckets}</dd>
              <dt>{words.since}</dt>
              <dd>
                <Time at={shown.created} />
              </dd>
              {shown.verified !== null && (
                <>
                  <dt>{words.verifiedAt}</dt>
                  <dd>
                    <Time at={shown.verified} />
                  </dd>
                </>
              )}
            </dl>
            {shown.verified === null && <Verification of={shown} />}
            <Certificate of={shown} />
          </>
        )}
      </QueryView>
    </Dialog>
  )
}
