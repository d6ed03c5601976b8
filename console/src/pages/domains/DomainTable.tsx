/** Domains, and how it stands with each. */
import { useQueryClient } from '@tanstack/react-query'
import { Settings2, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { useRight } from '../../api/me.ts'
import { Badge } from '../../components/Badge.tsx'
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx'
import { Menu } from '../../components/Menu.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Table } from '../../components/Table.tsx'
import { Time } from '../../components/Time.tsx'
import { toast } from '../../components/toasts.ts'
import { domains as words } from '../../strings/domains.ts'
import '../../components/link-button.css'
import { CertificateBadge } from './CertificateBadge.tsx'
import { domainsKey, type Domain } from './queries.ts'

interface DomainTableProps {
  readonly domains: readonly Domain[]
  onOpen(id: string): void
}

export function DomainTable({ domains, onOpen }: DomainTableProps) {
  const client = useQueryClient()
  const writes = useRight('storage.write')
  const [deleting, setDeleting] = useState<Domain>()
  return (
    <>
      <Table
        rows={domains}
        keyOf={({ id }) => id}
        columns={[
          {
            label: words.name,
            cell: ({ id, domain_name: name }) => (
              <button type="button" className="link-button" onClick={() => onOpen(id)}>
                {name}
              </button>
            ),
          },
          { label: words.shows, cell: ({ bucket }) => bucket ?? words.allBuckets },
          {
            label: words.verification,
            cell: ({ verified }) => (
              <Badge tone={verified === null ? 'warning' : 'good'}>
                {verified === null ? words.unverified : words.verified}
              </Badge>
            ),
          },
          { label: words.certificate, cell: ({ certificate }) => <CertificateBadge of={certificate} /> },
          { label: words.since, cell: ({ created }) => <Time at={created} /> },
        ]}
        actions={(domain) => (
          <Menu
            label={words.actionsOf(domain.domain_name)}
            groups={[
              [{ label: words.details, icon: <Settings2 />, onSelect: () => onOpen(domain.id) }],
              writes
                ? [{ label: words.delete, icon: <Trash2 />, danger: true, onSelect: () => setDeleting(domain) }]
                : [],
            ]}
          />
        )}
      />
      {deleting && (
        <ConfirmDialog
          open
          title={words.deleteTitle(deleting.domain_name)}
          submit={words.deleteSubmit}
          typed={deleting.domain_name}
          onClose={() => setDeleting(undefined)}
          onConfirm={async () => {
            await api.DELETE('/v1/domains/{id}', { params: { path: { id: deleting.id } } })
            await client.invalidateQueries({ queryKey: domainsKey })
            toast(words.deleted(deleting.domain_name))
          }}
        >
          <Notice tone="warning">{words.deleteLead}</Notice>
        </ConfirmDialog>
      )}
    </>
  )
}
