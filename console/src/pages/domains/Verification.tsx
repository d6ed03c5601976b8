/** What the DNS must say of a domain, and what it says: looked up again and again, gently, as long as this is open. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../../api/client.ts'
import { useRight } from '../../api/me.ts'
import { Problem } from '../../api/problem.ts'
import { Button } from '../../components/Button.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Tabs } from '../../components/Tabs.tsx'
import { toast } from '../../components/toasts.ts'
import { domains as words } from '../../strings/domains.ts'
import { DnsRecord } from './DnsRecord.tsx'
import { domainsKey, type Domain } from './queries.ts'

/** Each look is written into the audit log, so it is not often, and not forever: five minutes in all. */
const pauseSeconds = 15
const looksMax = 20

export function Verification({ of: domain }: { readonly of: Domain }) {
  const { domain_name: name, verification } = domain
  const writes = useRight('storage.write')
  return (
    <>
      <div>
        <h3>{words.dns}</h3>
        <p className="soft small">{words.dnsLead(name)}</p>
      </div>
      <Tabs
        label={words.records}
        tabs={[
          {
            value: 'cname',
            label: words.cname,
            content: <DnsRecord type="CNAME" name={name} value={verification.cname} note={words.cnameNote} />,
          },
          {
            value: 'txt',
            label: words.txt,
            content: (
              <DnsRecord type="TXT" name={verification.txt_name} value={verification.txt_value} note={words.txtNote} />
            ),
          },
        ]}
      />
      {writes ? <Looking of={domain} /> : <Notice>{words.noRight}</Notice>}
    </>
  )
}

function Looking({ of: { id, domain_name: name } }: { readonly of: Domain }) {
  const client = useQueryClient()
  const [looks, setLooks] = useState(0)
  const look = useMutation({
    mutationFn: () => api.POST('/v1/domains/{id}/verify', { params: { path: { id } } }),
    async onSuccess() {
      toast(words.found(name))
      await client.invalidateQueries({ queryKey: domainsKey })
    },
    onSettled: () => setLooks((count) => count + 1),
  })
  const { mutate, isPending, error } = look
  // Anything but that the proof is not there yet is for a person to see to.
  const waits = error === null || (error instanceof Problem && error.code === 'DomainNotVerified')
  const stopped = looks >= looksMax || !waits
  useEffect(() => {
    if (isPending || stopped || look.isSuccess) return undefined
    const timer = setTimeout(() => mutate(), looks === 0 ? 0 : pauseSeconds * 1000)
    return () => clearTimeout(timer)
  }, [isPending, stopped, look.isSuccess, looks, mutate])
  return (
    <div className="stack-small">
      <div className="row-between">
        <p className="soft small" role="status">
          {isPending && looks === 0 ? words.looking : stopped ? words.stopped : words.looksAgain(pauseSeconds)}
        </p>
        <Button
          size="small"
          busy={isPending}
          onClick={() => {
            setLooks(1)
            mutate()
          }}
        >
          {words.lookAgain}
        </Button>
      </div>
      {error !== null && (waits ? <Notice tone="warning">{error.message}</Notice> : <ErrorNotice error={error} />)}
    </div>
  )
}
