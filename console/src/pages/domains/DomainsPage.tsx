/** Content delivery → Domains: names of the account's own under which buckets are shown. */
import { Globe, Plus } from 'lucide-react'
import { useState } from 'react'
import { useRight } from '../../api/me.ts'
import { usePages } from '../../api/pages.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ListCard } from '../../components/ListCard.tsx'
import { MakeButton } from '../../components/MakeButton.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { domains as words } from '../../strings/domains.ts'
import { AddDomainDialog } from './AddDomainDialog.tsx'
import { DomainSheet } from './DomainSheet.tsx'
import { DomainTable } from './DomainTable.tsx'
import { domainsKey, domainsPage } from './queries.ts'

export function DomainsPage() {
  const writes = useRight('storage.write')
  const domains = usePages([...domainsKey, 'pages'], domainsPage)
  const [opened, setOpened] = useState<string>()
  const add = writes && (
    <MakeButton<string>
      kind="primary"
      icon={<Plus />}
      dialog={(making) => <AddDomainDialog {...making} />}
      shown={(id, onClose) => <DomainSheet id={id} onClose={onClose} />}
    >
      {words.add}
    </MakeButton>
  )
  return (
    <div className="page">
      <PageHeader title={words.title} description={words.description} actions={add} />
      <ListCard
        query={domains}
        empty={
          <EmptyState icon={<Globe />} title={words.emptyTitle}>
            {words.empty}
          </EmptyState>
        }
      >
        {(all) => <DomainTable domains={all} onOpen={setOpened} />}
      </ListCard>
      {opened !== undefined && <DomainSheet id={opened} onClose={() => setOpened(undefined)} />}
    </div>
  )
}
